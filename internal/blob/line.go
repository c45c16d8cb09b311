package blob

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
)

// again is how long after an object store said nothing it is tried once more,
// and tryWithin how long that may take: whoever else asks meanwhile is told at
// once. So a store that is away holds nobody for long, and is used again a few
// seconds after it is back.
const (
	again     = time.Second
	tryWithin = 4 * time.Second
)

// line is what is known of the way to an object store.
type line struct {
	mu     sync.Mutex
	down   *trouble  // what the last try came to, while nothing answers
	next   time.Time // when the next one may be
	trying bool
}

// enter reports whether the store may be asked now, and whether that is a try.
func (l *line) enter() (try bool, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down == nil {
		return false, nil
	}
	if l.trying || time.Now().Before(l.next) {
		return false, l.down
	}
	l.trying = true
	return true, nil
}

// leave learns from what the store said: err is nil, what it answered, or that
// it said nothing. Whoever went away themselves has learnt nothing.
func (l *line) leave(try bool, err error, gone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if try {
		l.trying = false
	}
	switch {
	case gone:
	case silent(err):
		errors.As(err, &l.down)
		l.next = time.Now().Add(again)
	default:
		l.down = nil
	}
}

// silent reports whether an error is of a store that isn't reached, rather than
// of one that answers what isn't wanted.
func silent(err error) bool {
	var answer minio.ErrorResponse
	return is(err, away) && !errors.As(err, &answer)
}

// ask asks the store for something that is done when do returns.
func (b *bucket) ask(ctx context.Context, within time.Duration, do func(context.Context) error) error {
	try, err := b.line.enter()
	if err != nil {
		return unavailable(err)
	}
	if try {
		within = tryWithin
	}
	soon, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err = b.refused(do(soon))
	b.line.leave(try, err, ctx.Err() != nil)
	return err
}

// get asks the store for an object, which is read until ctx ends.
func (b *bucket) get(ctx context.Context, name string, options minio.GetObjectOptions) (io.ReadCloser, minio.ObjectInfo, error) {
	var info minio.ObjectInfo
	try, err := b.line.enter()
	if err != nil {
		return nil, info, unavailable(err)
	}
	within := readWithin
	if try {
		within = tryWithin
	}
	held, cancel := context.WithCancel(ctx)
	late := time.AfterFunc(within, cancel)
	body, info, _, err := b.core.GetObject(held, b.name, name, options)
	if !late.Stop() && ctx.Err() == nil {
		if err == nil {
			body.Close()
		}
		err = context.DeadlineExceeded
	}
	err = b.refused(err)
	b.line.leave(try, err, ctx.Err() != nil)
	if err != nil {
		cancel()
		return nil, info, err
	}
	return answered{body, cancel}, info, nil
}

// answered is the content of an object, on its way.
type answered struct {
	io.ReadCloser
	end context.CancelFunc
}

func (a answered) Close() error {
	defer a.end()
	return a.ReadCloser.Close()
}
