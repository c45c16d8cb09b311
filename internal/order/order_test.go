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
		for _, act := range append(stewards, "dance") {
			if err := May(actor, act, "gr/athens"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v by anybody: %v", act, err)
			}
		}
	}
}

var stewards = []Act{LookThrough, LetThrough, Remove, Lock, Unlock, Pin, Unpin, Archive, Follow}

func TestStewardsMay(t *testing.T) {
	for _, act := range stewards {
		if err := May(key.Steward, act, "gr/athens"); err != nil {
			t.Errorf("%v: %v", act, err)
		}
	}
	if err := May(key.Steward, "dance", "gr/athens"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an act that no rule names: %v", err)
	}
}
