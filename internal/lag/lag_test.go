package lag

import (
	"context"
	"testing"
)

func TestNothingLagsUnlessAllowed(t *testing.T) {
	plain := context.Background()
	Use(plain)
	if Allowed(plain) || Used(plain) {
		t.Error("nobody allowed it")
	}
	one, cancel := context.WithCancel(Allow(plain))
	defer cancel()
	if !Allowed(one) || Used(one) {
		t.Error("it is allowed, and nothing was read")
	}
	other := Allow(plain)
	if Use(one); !Used(one) || Used(other) {
		t.Error("what was read under one lags, and nothing else")
	}
}
