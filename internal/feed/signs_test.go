package feed

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/fault"
	"moot/internal/sign"
)

func TestASignIsDrawnOnceAndOneAtATime(t *testing.T) {
	e := newEasel()
	var drawn, drawing atomic.Int32
	going := make(chan struct{})
	e.draw = func(s sign.Sign) ([]byte, error) {
		if drawing.Add(1) > 1 {
			t.Error("two are drawn at once")
		}
		defer drawing.Add(-1)
		drawn.Add(1)
		<-going
		return []byte(s.Title), nil
	}
	answers := make(chan error, inLine)
	for i := range inLine { // half of them want the same
		go func() {
			picture, err := e.sign(t.Context(), sign.Sign{Title: fmt.Sprint(i / 2)})
			if err == nil && string(picture) != fmt.Sprint(i/2) {
				t.Errorf("%d got %q", i, picture)
			}
			answers <- err
		}()
	}
	for len(e.line) < inLine {
		time.Sleep(time.Millisecond)
	}
	if _, err := e.sign(t.Context(), sign.Sign{Title: "one more"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one more than may wait: %v", err)
	}
	close(going)
	for range inLine {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if n := drawn.Load(); n != inLine/2 {
		t.Errorf("%d were drawn, of %d different ones", n, inLine/2)
	}
}

func TestWhoGoesAwayWaitsNoLonger(t *testing.T) {
	e := newEasel()
	e.brush <- struct{}{} // somebody draws
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.sign(ctx, sign.Sign{}); !fault.Is(err, fault.Unavailable) || len(e.line) != 0 {
		t.Errorf("%v, and %d in line", err, len(e.line))
	}
}

func TestRecentKeepsWhatWasUsedLast(t *testing.T) {
	r := newRecent[int](2)
	r.put("a", 1)
	r.put("b", 2)
	r.get("a")
	r.put("a", 3)
	r.get("a")
	r.put("c", 4) // and b has to go
	for key, want := range map[string]int{"a": 3, "b": 0, "c": 4} {
		if got, ok := r.get(key); got != want || ok != (want > 0) {
			t.Errorf("%s is %d, want %d", key, got, want)
		}
	}
	if r.order.Len() != 2 || len(r.at) != 2 {
		t.Errorf("%d and %d are kept", r.order.Len(), len(r.at))
	}
}
