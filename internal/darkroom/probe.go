package darkroom

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"time"

	"moot/internal/sandbox"
)

// Found is how a worker fares on this machine.
type Found struct {
	sandbox.Held      // the layers that hold it
	Alone        bool // whether it has namespaces of its own, without a network
}

// Probe starts a worker as Open's default would, and has it make a picture.
func Probe(ctx context.Context) (Found, error) {
	s := starter{command: itself(), wait: 10 * time.Second}
	w, err := s.start()
	if err != nil {
		return Found{}, err
	}
	defer w.kill()
	found := Found{w.held, w.alone}
	var drawing bytes.Buffer
	if err := png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		return found, err
	}
	made, err := w.develop(ctx, drawing.Bytes(), limits{10 * time.Second, patience})
	if err == nil && (made.Full.Width != 40 || made.Full.Height != 30) {
		err = fmt.Errorf("a picture of 40 × 30 came back as %d × %d", made.Full.Width, made.Full.Height)
	}
	return found, err
}
