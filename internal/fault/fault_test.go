package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("reading: %w", New(NotFound, "board.no_thread"))
	if !Is(err, NotFound) {
		t.Errorf("wrapped fault has kind %v, want not found", KindOf(err))
	}
	if Is(err, Broken) || Is(nil, Broken) {
		t.Error("a foreseen fault, or none, counts as broken")
	}
	if got := Wrap(err); got != err {
		t.Errorf("Wrap changed a fault: %v", got)
	}
}

func TestUnforeseenIsBrokenAndKeepsItsCause(t *testing.T) {
	cause := errors.New("disk on fire")
	err := Wrap(cause)
	if !Is(err, Broken) || !errors.Is(err, cause) {
		t.Errorf("Wrap(%v) = %v", cause, err)
	}
	if all := Each(cause); len(all) != 1 || all[0].Kind != Broken {
		t.Errorf("Each of a plain error = %v", all)
	}
}

func TestJoinTellsAll(t *testing.T) {
	if Join(nil, nil) != nil {
		t.Error("joining nothing is an error")
	}
	one := New(Invalid, "a").On("body")
	if err := Join(nil, one); err != error(one) {
		t.Errorf("joining one = %v", err)
	}
	err := fmt.Errorf("form: %w", Join(one, New(Invalid, "b").On("subject")))
	all := Each(err)
	if len(all) != 2 || all[0].Field != "body" || all[1].Field != "subject" {
		t.Errorf("Each = %v", all)
	}
	if !Is(err, Invalid) {
		t.Errorf("joined kind = %v", KindOf(err))
	}
}
