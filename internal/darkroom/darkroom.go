package darkroom

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"moot/internal/fault"
	"moot/internal/picture"
)

// What a picture and its worker get, where Settings say nothing else.
const (
	lifetime = 100             // pictures of one worker
	patience = 5 * time.Second // of the processor for a picture
)

// Settings are what a darkroom is told. The zero value of each is its default.
type Settings struct {
	Command  []string      // what starts a worker; this program with Word by default
	Workers  int           // at once, at most one for each processor; 2
	Queue    int           // pictures that wait for one; 32
	Patience time.Duration // how long they do; 20 s
	Wall     time.Duration // how long a picture may take; 10 s
	CPU      time.Duration // how much of the processor, where the system tells; 5 s
	Pictures int           // after which a worker ends; 100
	Rest     time.Duration // without a picture, after which a worker ends; 1 min
	Log      *slog.Logger  // what workers died of; slog.Default()
}

// Darkroom makes pictures in other processes. It is safe for many at once.
type Darkroom struct {
	set     Settings
	starter starter
	places  chan struct{} // as many as there may be workers; what is in it are those taken
	life    context.Context
	end     context.CancelFunc
	closed  sync.Once
	weak    sync.Once // the log was told that not every layer holds

	lock    sync.Mutex
	waiting int
	resting []*worker // the one that has rested least is last
}

// limits are what one picture may take.
type limits struct{ wall, cpu time.Duration }

// errClosed is why nothing is made any more.
var errClosed = errors.New("the darkroom is closed")

// Open opens a darkroom. Nothing is started before the first picture.
func Open(set Settings) *Darkroom {
	if len(set.Command) == 0 {
		set.Command = itself()
	}
	set.Workers = min(cmp.Or(set.Workers, 2), runtime.GOMAXPROCS(0))
	set.Queue = cmp.Or(set.Queue, 32)
	set.Patience = cmp.Or(set.Patience, 20*time.Second)
	set.Wall = cmp.Or(set.Wall, 10*time.Second)
	set.CPU = cmp.Or(set.CPU, patience)
	set.Pictures = cmp.Or(set.Pictures, lifetime)
	set.Rest = cmp.Or(set.Rest, time.Minute)
	set.Log = cmp.Or(set.Log, slog.Default())
	d := &Darkroom{set: set, places: make(chan struct{}, set.Workers)}
	d.starter.command, d.starter.wait = set.Command, set.Wall
	d.life, d.end = context.WithCancel(context.Background())
	return d
}

// itself is the command that starts this program as a worker. On Linux it is
// the very file that runs here, though another may have taken its name since.
func itself() []string {
	const running = "/proc/self/exe"
	if _, err := os.Stat(running); err == nil {
		return []string{running, Word}
	}
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	return []string{path, Word}
}

// Waiting is how many pictures wait for a worker.
func (d *Darkroom) Waiting() int {
	d.lock.Lock()
	defer d.lock.Unlock()
	return d.waiting
}

// Close ends all workers, whatever they do, and waits until they have. Whoever
// is in Develop is told darkroom.busy.
func (d *Darkroom) Close() { d.closed.Do(d.shut) }

func (d *Darkroom) shut() {
	d.end()
	for range cap(d.places) {
		d.places <- struct{}{} // nobody is at work any more, nor will be
	}
	d.lock.Lock()
	resting := d.resting
	d.resting = nil
	d.lock.Unlock()
	for _, w := range resting {
		w.kill()
		<-w.gone
	}
}

// Develop makes a picture of what somebody sent (picture.Make), in another
// process. Its faults are those of picture.Make; darkroom.unreadable, Invalid on
// "picture", for one that its worker died of; and darkroom.busy, Unavailable,
// where there is no worker to be had.
func (d *Darkroom) Develop(ctx context.Context, raw []byte) (picture.Made, error) {
	if len(raw) == 0 || len(raw) > picture.MaxBytes {
		return picture.Make(raw) // says so, without looking at them
	}
	if err := d.enter(ctx); err != nil {
		return picture.Made{}, err
	}
	defer func() { <-d.places }()
	w, err := d.worker()
	if err != nil {
		d.set.Log.Error("pictures can't be made", "error", err)
		return picture.Made{}, busy().Because(err)
	}
	soon, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(d.life, func() { cancel(errClosed) })()
	made, err := w.develop(soon, raw, limits{d.set.Wall, d.set.CPU})
	switch {
	case err == nil, errors.As(err, new(*fault.Fault)):
		d.rest(w)
		return made, err
	case errors.Is(err, errClosed):
		return picture.Made{}, busy().Because(err)
	case ctx.Err() != nil:
		return picture.Made{}, ctx.Err()
	}
	d.set.Log.Warn("a picture was the end of its worker", "bytes", len(raw), "reason", err)
	return picture.Made{}, fault.New(fault.Invalid, "darkroom.unreadable").On("picture").Because(err)
}

// busy asks somebody to come again.
func busy() *fault.Fault {
	return fault.New(fault.Unavailable, "darkroom.busy").On("picture").After(time.Minute)
}

// enter waits for a place at which there may be a worker.
func (d *Darkroom) enter(ctx context.Context) error {
	select {
	case d.places <- struct{}{}:
	default:
		if err := d.wait(ctx); err != nil {
			return err
		}
	}
	if d.life.Err() != nil {
		<-d.places
		return busy().Because(errClosed)
	}
	return nil
}

// wait is enter for those who come when all places are taken.
func (d *Darkroom) wait(ctx context.Context) error {
	if !d.queue(1) {
		return busy().Because(errors.New("the queue is full"))
	}
	defer d.queue(-1)
	late := time.NewTimer(d.set.Patience)
	defer late.Stop()
	select {
	case d.places <- struct{}{}:
		return nil
	case <-late.C:
		return busy().Because(errors.New("nobody had time for it"))
	case <-d.life.Done():
		return busy().Because(errClosed)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// queue lets somebody into the queue, or out of it. It reports whether there
// was room.
func (d *Darkroom) queue(n int) bool {
	d.lock.Lock()
	defer d.lock.Unlock()
	if n > 0 && d.waiting >= d.set.Queue {
		return false
	}
	d.waiting += n
	return true
}

// worker gives one that rests, the latest to have worked, or a new one.
func (d *Darkroom) worker() (*worker, error) {
	if w := d.wake(); w != nil {
		return w, nil
	}
	w, err := d.starter.start()
	if err == nil && !w.held.Whole() {
		d.weak.Do(func() {
			d.set.Log.Warn("pictures are made by a process that is not held by all that could hold it", "held", w.held, "missing", w.held.Missing())
		})
	}
	return w, err
}

func (d *Darkroom) wake() *worker {
	d.lock.Lock()
	defer d.lock.Unlock()
	for len(d.resting) > 0 {
		w := d.resting[len(d.resting)-1]
		d.resting = d.resting[:len(d.resting)-1]
		if w.alive() {
			return w
		}
	}
	return nil
}

// rest keeps a worker for the next picture, for a while, unless it has made
// enough.
func (d *Darkroom) rest(w *worker) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if w.made >= d.set.Pictures {
		w.kill()
		return
	}
	d.resting = append(d.resting, w)
	made := w.made
	time.AfterFunc(d.set.Rest, func() { d.retire(w, made) })
}

// retire ends a worker that has rested since it had made so many.
func (d *Darkroom) retire(w *worker, made int) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if i := slices.Index(d.resting, w); i >= 0 && w.made == made {
		d.resting = slices.Delete(d.resting, i, i+1)
		w.kill()
	}
}
