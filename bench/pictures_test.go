package bench

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/blob"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/media"
	"moot/internal/picture"
)

// BenchmarkPictures measures what taking in a picture costs, step upon step:
// made in this process, made by a child that is held, and taken in whole, with
// its files on the disk and its row in the database. No two pictures are the
// same. "at once" is Take by four people at a time, in pictures a second.
func BenchmarkPictures(b *testing.B) {
	room := darkroom.Open(darkroom.Settings{})
	defer room.Close()
	files, err := blob.Open(b.Context(), "file:"+b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	pictures := media.Open(dbtest.Open(b, db.SQLite), clock.New(), event.New(), files, room, media.Limits{})
	seed := 0
	fresh := func(width, height int) []byte { seed++; return photograph(width, height, seed) }
	for _, size := range []struct {
		name          string
		width, height int
	}{{"a small one, 640 × 480", 640, 480}, {"2 megapixels", 1920, 1080}, {"12 megapixels", 4000, 3000}} {
		b.Run(size.name, func(b *testing.B) {
			var inside, child, whole time.Duration
			const rounds = 6
			for range rounds { // in turn, so that what else the machine does weighs on all
				sent := fresh(size.width, size.height)
				inside += took(b, func() error { _, err := picture.Make(sent); return err })
				child += took(b, func() error { _, err := room.Develop(b.Context(), sent); return err })
				whole += took(b, func() error { _, err := pictures.Take(b.Context(), sent); return err })
			}
			b.ReportMetric(inside.Seconds()*1000/rounds, "inside-ms")
			b.ReportMetric(child.Seconds()*1000/rounds, "child-ms")
			b.ReportMetric(whole.Seconds()*1000/rounds, "taken-ms")
			b.ReportMetric(whole.Seconds()/inside.Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Run("at once", func(b *testing.B) {
		sent := make([][]byte, 48)
		for i := range sent {
			sent[i] = fresh(1280, 960)
		}
		var next atomic.Int64
		var people sync.WaitGroup
		start := time.Now()
		for range 4 {
			people.Go(func() {
				for i := next.Add(1) - 1; int(i) < len(sent); i = next.Add(1) - 1 {
					if _, err := pictures.Take(context.Background(), sent[i]); err != nil {
						b.Error(err)
					}
				}
			})
		}
		people.Wait()
		b.ReportMetric(float64(len(sent))/time.Since(start).Seconds(), "pictures/s")
		b.ReportMetric(0, "ns/op")
	})
}

func took(b *testing.B, do func() error) time.Duration {
	b.Helper()
	start := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// photograph is a JPEG with the gradients and the grain of a photograph.
func photograph(width, height, seed int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	grain := uint32(seed)*2654435761 + 1
	for y := range height {
		for x := range width {
			grain = grain*1664525 + 1013904223
			wave := math.Sin(float64(x+seed*37)/160) * math.Cos(float64(y)/120)
			m.SetRGBA(x, y, color.RGBA{uint8(120 + 90*wave + float64(grain>>28)), uint8(100 + float64(y*120/height) + float64(grain>>27&15)), uint8(140 - 60*wave), 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 85}); err != nil {
		panic(fmt.Sprint("encoding a photograph: ", err))
	}
	return out.Bytes()
}
