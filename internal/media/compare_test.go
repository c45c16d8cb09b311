package media_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/blob"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/media"
)

// compare holds the files against the rows, and tells what is amiss as lines.
func (w *wall) compare(contents bool, atOnce int64) (all media.Compared, amiss []string) {
	w.t.Helper()
	c := media.Comparison{DB: w.db, Files: w.files, Now: time.Now().Add(3 * time.Hour), Contents: contents, AtOnce: atOnce}
	last := int64(0)
	all, err := c.Run(w.t.Context(), func(a media.Amiss) { amiss = append(amiss, a.File+" "+a.What) },
		func(done, total int64) {
			if done < last || total != 3*all.Pictures && all.Pictures > 0 {
				w.t.Errorf("%d of %d files after %d", done, total, last)
			}
			last = done
		})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(amiss)
	return all, amiss
}

// change writes into a file of the store as no store does.
func (w *wall) change(file string, how func([]byte) []byte) {
	w.t.Helper()
	name := filepath.Join(w.folder, file)
	content, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, how(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func TestFilesAreHeldAgainstRows(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		var whole, absent, short, bent, small, gone media.Picture
		for i, p := range []*media.Picture{&whole, &absent, &short, &bent, &small, &gone} {
			*p = w.take(uint64(40 + i))
			w.hang(int64(1+i), true, media.New{Number: p.Number})
		}
		lies := func(p media.Picture, file string) string { return fmt.Sprintf("picture/%03d/%s", p.Number%1000, file) }
		for _, atOnce := range []int64{0, 1, 4} {
			if all, amiss := w.compare(true, atOnce); len(amiss) > 0 || all.Pictures != 6 || all.Files != 18 || all.Orphans+all.Others > 0 || all.Bytes == 0 {
				t.Fatalf("%d rows at once: %+v, %q", atOnce, all, amiss)
			}
		}

		if err := w.Remove(t.Context(), key.Steward, gone.Number, false); err != nil {
			t.Fatal(err)
		}
		if err := w.files.Delete(t.Context(), lies(absent, absent.LargeFile())); err != nil {
			t.Fatal(err)
		}
		w.change(lies(short, short.File()), func(b []byte) []byte { return b[:len(b)-1] })
		w.change(lies(bent, bent.File()), func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		w.change(lies(small, small.ThumbFile()), func(b []byte) []byte { return b[:len(b)/2] })
		for _, name := range []string{"picture/042/9007199254740042.jpg", "picture/000/9007199254740042.jpg", "other.txt"} {
			if err := w.files.Put(t.Context(), name, []byte("12345"), blob.TypeOf(name)); err != nil {
				t.Fatal(err)
			}
		}
		quick := []string{
			lies(absent, absent.LargeFile()) + " isn't there",
			lies(short, short.File()) + " is of another size than was stored",
		}
		deep := append(slices.Clone(quick),
			lies(bent, bent.File())+" holds something else than was stored",
			lies(small, small.ThumbFile())+" is spoilt")
		slices.Sort(quick)
		slices.Sort(deep)
		for _, atOnce := range []int64{0, 2} {
			all, amiss := w.compare(false, atOnce)
			if !slices.Equal(amiss, quick) || all.Pictures != 5 || all.Files != 14 || all.Missing != 1 || all.Wrong != 1 {
				t.Errorf("%d rows at once: %+v\n%s", atOnce, all, strings.Join(amiss, "\n"))
			}
			if all.Orphans != 1 || all.OrphanBytes != 5 || all.Others != 2 {
				t.Errorf("%d rows at once: files that no row names: %+v", atOnce, all)
			}
			if all, amiss = w.compare(true, atOnce); !slices.Equal(amiss, deep) || all.Wrong != 3 {
				t.Errorf("%d rows at once, to the last byte: %+v\n%s", atOnce, all, strings.Join(amiss, "\n"))
			}
		}
		if all, err := (media.Comparison{DB: w.db, Files: w.files, Now: time.Now()}).Run(t.Context(), func(media.Amiss) {}, func(int64, int64) {}); err != nil || all.Orphans != 0 {
			t.Errorf("what may belong to a post that is being written: %+v, %v", all, err)
		}
	})
}

// A picture that goes while files are listed is not amiss.
func TestWhatGoesMeanwhileIsNotMissing(t *testing.T) {
	each(t, func(t *testing.T, w *wall) {
		stays, goes := w.take(50), w.take(51)
		once := false
		c := media.Comparison{DB: w.db, Files: w.files, Now: time.Now()}
		if stays.Number%1000 > goes.Number%1000 { // the first file that is seen is of the one that stays
			stays, goes = goes, stays
		}
		_, err := c.Run(t.Context(), func(a media.Amiss) { t.Errorf("%+v", a) }, func(int64, int64) {
			if once {
				return
			}
			once = true
			w.write(func(tx *db.Tx) error {
				_, err := tx.Exec(`DELETE FROM picture WHERE number = $1`, goes.Number)
				return err
			})
			for _, file := range []string{goes.File(), goes.ThumbFile(), goes.LargeFile()} {
				if err := w.files.Delete(t.Context(), fmt.Sprintf("picture/%03d/%s", goes.Number%1000, file)); err != nil {
					t.Fatal(err)
				}
			}
		})
		if err != nil || !once {
			t.Errorf("%v, %v", once, err)
		}
	})
}
