package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"moot/internal/convene"
)

// ladderSettings are numbers as a site is told them, good or bad.
func ladderSettings(chance *rand.Rand) (args []string) {
	for name, bounds := range map[string][2]int{
		"hand-days": {7, 365}, "hands-shown": {3, 6}, "hands-held": {1, 8}, "convening-hands": {3, 9}, "convening-ask": {3, 9}, "convening-days": {1, 30},
		"convening-enough": {2, 9}, "convening-least": {2, 9}, "convening-growth": {1, 100}, "convening-rest": {1, 365}, "dates-first": {1, 60}, "dates-last": {8, 90},
	} {
		if chance.IntN(3) > 0 {
			args = append(args, fmt.Sprintf("--%s=%d", name, bounds[0]+chance.IntN(bounds[1]-bounds[0]+1)))
		}
	}
	return args
}

// Whatever numbers a site takes, a convening offers a week's times that can all be
// kept, those who ask can agree, and no number of hands is given away.
func TestNumbersThatASiteTakes(t *testing.T) {
	chance := rand.New(rand.NewPCG(1871, 5))
	taken := 0
	for range 3000 {
		args := ladderSettings(chance)
		cfg, err := (&call{args: args, environ: []string{"MOOT_CONFIG="}}).settings("serve", nil, nil)
		if err != nil {
			if !strings.Contains(err.Error(), "want") {
				t.Fatalf("%v: %v", args, err)
			}
			continue
		}
		taken++
		r := rulesOf(cfg.Ladder)
		now := time.Date(2026, time.Month(1+chance.IntN(12)), 1+chance.IntN(28), chance.IntN(24), chance.IntN(60), 0, 0, time.UTC)
		times := r.Times(now, time.UTC)
		if len(times) < 4 || times[0].Before(now.Add(r.Open)) {
			t.Errorf("%v: at %v it offers %v", args, now, times)
		}
		if r.Ask < r.Shown || r.Shown < 3 || r.Hands < r.Ask || r.Least > r.Ask || r.Enough < r.Least {
			t.Errorf("%v: %+v", args, r)
		}
	}
	if taken < 100 {
		t.Errorf("only %d were taken", taken)
	}
	cfg, err := (&call{}).settings("serve", nil, nil)
	if err != nil || rulesOf(cfg.Ladder) != convene.Defaults() {
		t.Errorf("usual are %+v: %v", cfg.Ladder, err)
	}
}
