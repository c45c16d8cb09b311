package media_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/blob"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/picture"
)

func TestMain(m *testing.M) {
	darkroom.Main()
	os.Exit(m.Run())
}

// wall is a site's pictures, and posts to hang them in.
type wall struct {
	*media.Pictures
	t      *testing.T
	db     *db.DB
	clock  *clock.Clock
	files  blob.Store
	folder string // where they are
	full   bool   // the disk
}

func each(t *testing.T, test func(t *testing.T, w *wall)) {
	room := darkroom.Open(darkroom.Settings{Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(room.Close)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &wall{t: t, db: d, clock: clock.Hold(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))}
		w.folder = t.TempDir()
		var err error
		if w.files, err = blob.Open(t.Context(), "file:"+w.folder); err != nil {
			t.Fatal(err)
		}
		w.Pictures = media.Open(d, w.clock, event.New(), w.files, room, media.Limits{Full: func() bool { return w.full }})
		test(t, w)
	})
}

// drawing is a PNG of shapes that the seed places.
func drawing(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for range 40 {
		x, y, c := r.IntN(300), r.IntN(220), color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dx := range 20 + r.IntN(80) {
			for dy := range 20 + r.IntN(60) {
				m.Set(x+dx, y+dy, c)
			}
		}
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

func (w *wall) take(seed uint64) media.Picture {
	w.t.Helper()
	p, err := w.Take(w.t.Context(), drawing(seed))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *wall) write(do func(*db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), do); err != nil {
		w.t.Fatal(err)
	}
}

// hang attaches pictures to a post of thread 1.
func (w *wall) hang(post int64, free bool, list ...media.New) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		return media.Attach(tx, media.Post{Number: post, Thread: 1, Place: "gr/athens"}, list, free)
	})
}

func (w *wall) of(post int64) (found []media.Attached) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		found, err = media.OfPosts(tx, []int64{post})
		return err
	})
	return found
}

// seen reports whether readers get a file.
func (w *wall) seen(name string) bool {
	w.t.Helper()
	f, err := w.Open(w.t.Context(), name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil || int64(len(b)) != f.Size || len(b) == 0 {
		w.t.Errorf("%s: %d bytes of %d, %v", name, len(b), f.Size, err)
	}
	return true
}

func (w *wall) stored() (names []string) {
	w.t.Helper()
	for f, err := range w.files.Each(w.t.Context(), "") {
		if err != nil {
			w.t.Fatal(err)
		}
		names = append(names, f.Name)
	}
	return names
}

func TestThePictureOfTwoPostsIsStoredOnce(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		p, again := w.take(1), w.take(1)
		if p.Number != again.Number || p.Number <= 0 || p.Number >= 1<<53 {
			t.Errorf("numbers %d and %d", p.Number, again.Number)
		}
		if files := w.stored(); len(files) != 3 {
			t.Errorf("files %q, want three", files)
		}
		w.hang(1, true, media.New{Number: p.Number, Alt: "shapes"})
		w.hang(2, true, media.New{Number: p.Number}, media.New{Number: w.take(2).Number, Spoiler: true})
		if got := w.of(2); len(got) != 2 || got[0].Number != p.Number || !got[1].Spoiler || got[0].Width != 320 {
			t.Errorf("post 2 shows %+v", got)
		}
		w.write(func(tx *db.Tx) error { _, err := media.Detach(tx, 1); return err })
		w.clock.Advance(2 * time.Hour)
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !w.seen(p.File()) || len(w.of(1)) != 0 || len(w.of(2)) != 2 {
			t.Error("a picture that another post shows went with the first")
		}
		w.write(func(tx *db.Tx) error { _, err := media.Detach(tx, 2); return err })
		if w.seen(p.File()) {
			t.Error("a picture that no post shows is seen")
		}
		w.clock.Advance(2 * time.Hour)
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if files := w.stored(); len(files) != 0 {
			t.Errorf("left: %q", files)
		}
	})
}

func TestAPictureWaitsUntilAStewardLetsItThrough(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		p := w.take(3)
		if w.seen(p.File()) {
			t.Error("seen before any post shows it")
		}
		w.hang(5, false, media.New{Number: p.Number, Alt: "a door"})
		if w.seen(p.File()) || w.seen(p.ThumbFile()) || w.of(5)[0].Visible() {
			t.Error("seen while it waits")
		}
		if f, err := w.Open(t.Context(), p.LargeFile(), true); err != nil {
			t.Errorf("a steward's look: %v", err)
		} else {
			f.Close()
		}
		queue, err := w.Queue(t.Context(), key.Steward, 10)
		if err != nil || len(queue) != 1 || queue[0].Attached.Post != 5 || queue[0].Place != "gr/athens" || queue[0].Alt != "a door" || queue[0].Posts != 1 {
			t.Fatalf("the queue: %+v, %v", queue, err)
		}
		for name, err := range map[string]error{
			"look":        second(w.Queue(t.Context(), key.Anyone, 10)),
			"let through": w.LetThrough(t.Context(), key.Anyone, p.Number),
			"remove":      w.Remove(t.Context(), key.Anyone, p.Number, true),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("anybody may %s: %v", name, err)
			}
		}
		if err := w.LetThrough(t.Context(), key.Steward, p.Number); err != nil {
			t.Fatal(err)
		}
		if !w.seen(p.File()) || !w.seen(p.ThumbFile()) || !w.of(5)[0].Visible() {
			t.Error("not seen once let through")
		}
		if n, _ := w.Waiting(t.Context()); n != 0 {
			t.Errorf("%d wait still", n)
		}
		var events []event.Event
		w.write(func(tx *db.Tx) (err error) { events, _, err = event.After(tx, event.Cursor{}, 10); return err })
		if w.db.Engine() == db.SQLite && (len(events) != 1 || events[0].Kind != event.PostChanged || events[0].Post != 5 || events[0].Thread != 1) {
			t.Errorf("events %+v", events)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestWherePicturesDontWaitOneIsSeenAndElsewhereItWaits(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		p := w.take(4)
		w.hang(1, true, media.New{Number: p.Number})
		w.hang(2, false, media.New{Number: p.Number})
		if !w.of(1)[0].Visible() || w.of(2)[0].Visible() {
			t.Error("what is free in one post lets the other through, or isn't free")
		}
		if queue, err := w.Queue(t.Context(), key.Steward, 10); err != nil || len(queue) != 1 {
			t.Errorf("the queue: %+v, %v", queue, err)
		}
	})
}

func TestWhatIsRemovedIsGoneFromEveryPostAndItsLikeStaysOut(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		p := w.take(6)
		w.hang(1, true, media.New{Number: p.Number})
		w.hang(2, true, media.New{Number: p.Number})
		if err := w.Remove(t.Context(), key.Steward, p.Number, true); err != nil {
			t.Fatal(err)
		}
		if w.seen(p.File()) || len(w.stored()) != 0 {
			t.Errorf("files are left: %q", w.stored())
		}
		for _, post := range []int64{1, 2} {
			if got := w.of(post); len(got) != 1 || got[0].State != media.Removed || got[0].Visible() {
				t.Errorf("post %d shows %+v", post, got)
			}
		}
		if _, err := w.Take(t.Context(), drawing(6)); !isOn(err, "media.known") {
			t.Errorf("the same picture: %v", err)
		}
		// The same picture, but not the same file: smaller, and a JPEG.
		if _, err := w.Take(t.Context(), smaller(drawing(6))); !isOn(err, "media.known") {
			t.Errorf("its like: %v", err)
		}
		if _, err := w.Take(t.Context(), drawing(7)); err != nil {
			t.Errorf("another picture: %v", err)
		}
		if err := w.LetThrough(t.Context(), key.Steward, p.Number); !fault.Is(err, fault.NotFound) {
			t.Errorf("letting through what was removed: %v", err)
		}
		if list, err := w.Known(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("known: %v, %v", list, err)
		}
	})
}

func TestRemovedWithoutBanningOnlyTheFileIsKnown(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		p := w.take(8)
		w.hang(1, true, media.New{Number: p.Number})
		if err := w.Remove(t.Context(), key.Steward, p.Number, false); err != nil {
			t.Fatal(err)
		}
		if list, _ := w.Known(t.Context()); len(list) != 0 {
			t.Errorf("known: %v", list)
		}
		if _, err := w.Take(t.Context(), smaller(drawing(8))); err != nil {
			t.Errorf("its like is refused: %v", err)
		}
	})
}

func isOn(err error, key string) bool {
	f := (*fault.Fault)(nil)
	return errors.As(err, &f) && f.Key == key && f.Field == "picture"
}

func smaller(b []byte) []byte {
	made, err := picture.Make(b)
	if err != nil {
		panic(err)
	}
	return made.Thumb.Bytes
}

func TestADiskThatIsNearlyFullIsLeftToWords(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		before := w.take(1)
		files := w.stored()
		w.full = true
		if _, err := w.Take(t.Context(), drawing(2)); !fault.Is(err, fault.Unavailable) || fault.Each(err)[0].Key != "media.no_room" || fault.Each(err)[0].Retry == 0 {
			t.Errorf("there is no room: %v", err)
		}
		if now := w.stored(); !slices.Equal(now, files) {
			t.Errorf("%v are stored, %v were", now, files)
		}
		w.hang(1, true, media.New{Number: before.Number})
		if !w.seen(before.File()) {
			t.Error("what was taken before is not seen")
		}
		w.full = false
		w.take(2)
	})
}

func TestTheOperatorsListIsAsked(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		made, err := picture.Make(drawing(9))
		if err != nil {
			t.Fatal(err)
		}
		listed, err := media.ReadList(strings.NewReader("# known\n\n" + strings.Repeat("0", 64) + ",note\n  " + made.Hash.String() + " 9\n"))
		if err != nil || len(listed) != 2 {
			t.Fatalf("%v, %v", listed, err)
		}
		room := darkroom.Open(darkroom.Settings{Log: slog.New(slog.DiscardHandler)})
		defer room.Close()
		strict := media.Open(w.db, w.clock, event.New(), w.files, room, media.Limits{Listed: listed})
		if _, err := strict.Take(t.Context(), drawing(9)); !isOn(err, "media.known") {
			t.Errorf("a listed picture: %v", err)
		}
		if _, err := strict.Take(t.Context(), drawing(10)); err != nil {
			t.Errorf("another: %v", err)
		}
		for _, wrong := range []string{"abc", strings.Repeat("g", 64)} {
			if _, err := media.ReadList(strings.NewReader("\n" + wrong + "\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	})
}

func TestWhatACrashLeavesIsSwept(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		w.clock.Set(time.Now()) // files have the disk's time
		kept := w.take(11)
		w.hang(1, true, media.New{Number: kept.Number})
		w.take(12) // and its form was never sent
		orphan := "picture/042/9007199254740042.jpg"
		for _, name := range []string{orphan, "picture/000/9007199254740042.jpg", "other/9007199254740042.jpg"} {
			if err := w.files.Put(t.Context(), name, []byte("x"), "image/jpeg"); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := w.SweepFiles(t.Context()); err != nil || n != 0 {
			t.Errorf("swept %d files that may belong to a post being written, %v", n, err)
		}
		w.clock.Set(time.Now().Add(3 * time.Hour))
		if n, err := w.SweepFiles(t.Context()); err != nil || n != 1 {
			t.Errorf("swept %d files, %v; want the orphan alone", n, err)
		}
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if files := w.stored(); len(files) != 5 || !w.seen(kept.File()) {
			t.Errorf("left: %q", files)
		}
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			return media.Attach(tx, media.Post{Number: 3, Thread: 1}, []media.New{{Number: 12345}}, true)
		}); !isOn(err, "media.no_longer_there") {
			t.Errorf("a picture that went: %v", err)
		}
	})
}

func TestNamesThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		p := w.take(13)
		w.hang(1, true, media.New{Number: p.Number})
		number := strings.TrimSuffix(p.File(), ".png")
		for _, name := range []string{"", ".png", number, number + "x.png", number + "tt.png", "0" + number + ".png", "-1.png", "../" + p.File(), p.File() + "/x", "99999999999999999999.png", number + "t", "١٢٣.png"} {
			if w.seen(name) {
				t.Errorf("%q is a file", name)
			}
		}
		for _, name := range []string{p.File(), number + ".jpg", number + "t.webp", number + "l.png.html"} {
			if !w.seen(name) {
				t.Errorf("%q is no file", name)
			}
		}
	})
}

// A copy of the site takes the files that rows name, all of them and no other;
// a picture whose file it could not get is a removed one.
func TestACopyTakesTheFilesThatRowsName(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		kept, lost, removed := w.take(1), w.take(2), w.take(3)
		for n, p := range []media.Picture{kept, lost, removed} {
			w.hang(int64(n+1), true, media.New{Number: p.Number})
		}
		if err := w.Remove(t.Context(), key.Steward, removed.Number, false); err != nil {
			t.Fatal(err)
		}
		var names []string
		w.write(func(tx *db.Tx) (err error) {
			names, err = media.StoredFiles(tx)
			return err
		})
		stored := w.stored()
		slices.Sort(names)
		slices.Sort(stored)
		if len(names) != 6 || !slices.Equal(names, stored) {
			t.Errorf("rows name %q, and there are %q", names, stored)
		}
		w.write(func(tx *db.Tx) error {
			n, err := media.Missing(tx, []string{fmt.Sprintf("picture/%03d/%s", lost.Number%1000, lost.ThumbFile()), fmt.Sprintf("picture/%03d/%s", lost.Number%1000, lost.LargeFile())})
			if n != 1 {
				t.Errorf("%d pictures are missing, want 1", n)
			}
			return err
		})
		if w.seen(lost.File()) || !w.seen(kept.File()) {
			t.Error("want the one whose files are there, and not the other")
		}
	})
}

// A post's first picture is the first that readers see without asking: none that waits,
// is gone or stands behind a spoiler; and what a reader asks of many posts is all there.
func TestTheFirstPictureIsOneThatReadersSee(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		waits, veiled, shown, gone := w.take(11), w.take(12), w.take(13), w.take(14)
		w.hang(1, true, media.New{Number: veiled.Number, Spoiler: true}, media.New{Number: gone.Number}, media.New{Number: shown.Number, Alt: "a door"}, media.New{Number: waits.Number})
		w.hang(2, false, media.New{Number: waits.Number})
		w.hang(3, true, media.New{Number: veiled.Number, Spoiler: true})
		w.hang(4, true, media.New{Number: gone.Number})
		w.hang(200, true, media.New{Number: shown.Number})
		if err := w.Remove(t.Context(), key.Steward, gone.Number, false); err != nil {
			t.Fatal(err)
		}
		firsts := func() map[int64]int64 {
			t.Helper()
			asked := make([]int64, 200)
			for i := range asked {
				asked[i] = int64(i + 1)
			}
			found, err := w.Firsts(t.Context(), asked...)
			if err != nil {
				t.Fatal(err)
			}
			numbers := map[int64]int64{}
			for post, a := range found {
				numbers[post] = a.Number
			}
			return numbers
		}
		if got, want := firsts(), map[int64]int64{1: shown.Number, 200: shown.Number}; !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if err := w.LetThrough(t.Context(), key.Steward, waits.Number); err != nil {
			t.Fatal(err)
		}
		w.write(func(tx *db.Tx) error { return second(media.Detach(tx, 1)) })
		if got, want := firsts(), map[int64]int64{2: waits.Number, 200: shown.Number}; !maps.Equal(got, want) {
			t.Errorf("then %v, want %v", got, want)
		}
		if found, err := w.Firsts(t.Context()); err != nil || len(found) != 0 {
			t.Errorf("of no posts: %v, %v", found, err)
		}
	})
}
