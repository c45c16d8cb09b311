package order

import (
	"crypto/rand"
	"testing"

	"moot/internal/fault"
	"moot/internal/key"
)

func TestEverybodyMayPostAndNothingElse(t *testing.T) {
	known, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, actor := range []key.Actor{key.Anyone, known} {
		for _, act := range []Act{Start, Reply, TakeBack} {
			if err := May(actor, act, "gr/athens"); err != nil {
				t.Errorf("%v: %v", act, err)
			}
		}
		if err := May(actor, "pin", "gr/athens"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an act that no rule names: %v", err)
		}
	}
}
