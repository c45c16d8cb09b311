package convene

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"moot/internal/job"
)

// The kinds of the jobs of a ladder.
const (
	CloseJob = "convening-close" // about the thread of a convening
	LookJob  = "convening-look"  // about the path of a city
	sweepJob = "sweep-hands"
)

// Kinds are the jobs of the ladder.
func (l *Ladder) Kinds() []job.Kind {
	return []job.Kind{
		{Name: CloseJob, Do: func(ctx context.Context, t *job.Turn) error {
			number, err := strconv.ParseInt(t.About, 10, 64)
			if err != nil {
				return fmt.Errorf("convene: a job about thread %q", t.About)
			}
			return l.Close(ctx, number, t.Done)
		}},
		{Name: LookJob, Do: func(ctx context.Context, t *job.Turn) error { return l.Look(ctx, t.About, t.Done) }},
		{Name: sweepJob, Every: time.Hour, Do: func(ctx context.Context, _ *job.Turn) error { return l.Sweep(ctx) }},
	}
}
