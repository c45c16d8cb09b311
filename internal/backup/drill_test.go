package backup_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"moot/internal/backup"
	"moot/internal/blob"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/db/whole"
	"moot/internal/event"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/place"
)

func TestMain(m *testing.M) {
	darkroom.Main()
	os.Exit(m.Run())
}

var noon = time.Date(2026, 11, 26, 12, 0, 30, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// world is a site, and what makes more of it.
type world struct {
	backup.Site
	t        *testing.T
	boards   *board.Boards
	pictures *media.Pictures
	clock    *clock.Clock
}

// open is the site in a database and a store.
func open(t *testing.T, d *db.DB, files blob.Store) *world {
	t.Helper()
	room := darkroom.Open(darkroom.Settings{Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(room.Close)
	c, o := clock.Hold(noon), event.New()
	return &world{
		Site: backup.Site{DB: d, Files: files}, t: t, clock: c,
		boards:   board.New(d, c, o, gazetteer(), board.Limits{PostLength: 8000, Names: true, Tripcodes: true, Pictures: order.Pictures{Site: order.ImagesOn}}),
		pictures: media.Open(d, c, o, files, room, media.Limits{}),
	}
}

func folder(t *testing.T) blob.Store {
	t.Helper()
	files, err := blob.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// drawing is a PNG of one colour and a stripe.
func drawing(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for x := range 300 {
		for y := range 200 {
			c := color.RGBA{uint8(40 * n), uint8(x), uint8(y), 255}
			if x/10 == n {
				c = color.RGBA{255, 255, 255, 255}
			}
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

// somebody is a poster with a token of their own.
func (w *world) somebody() key.Actor {
	a, err := key.Fresh(rand.Reader)
	w.must(err)
	return a
}

func (w *world) start(path, body string, pictures ...media.New) board.Target {
	w.t.Helper()
	p, _ := gazetteer().ByPath(path)
	made, err := w.boards.Start(w.t.Context(), w.somebody(), board.NewThread{Place: p, Subject: body, NewPost: board.NewPost{Body: body, Pictures: pictures}})
	w.must(err)
	return made
}

// furnish fills a site with one of everything, and returns a thread and the
// pictures in it.
func (w *world) furnish() (thread board.Target, pictures []media.Picture) {
	w.t.Helper()
	ctx := w.t.Context()
	for n := range 4 {
		p, err := w.pictures.Take(ctx, drawing(n))
		w.must(err)
		pictures = append(pictures, p)
	}
	slices.SortFunc(pictures, func(a, b media.Picture) int { return int(a.Number>>1 - b.Number>>1) })
	thread = w.start("gr/athens", "Τα ενοίκια <b> & \"so on\"")
	for _, p := range pictures {
		_, err := w.boards.Reply(ctx, w.somebody(), thread.Thread, board.NewPost{Body: fmt.Sprintf(">>%d see", thread.Number), Name: "Ρήγας#λέξη", Once: []byte(fmt.Sprint(p.Number)), Pictures: []media.New{{Number: p.Number, Alt: "a stripe"}}})
		w.must(err)
	}
	who := w.somebody()
	gone, err := w.boards.Reply(ctx, who, thread.Thread, board.NewPost{Body: "I should not have said so"})
	w.must(err)
	_, _, err = w.boards.TakeBack(ctx, who, gone.Number, "")
	w.must(err)
	w.must(w.boards.Settle(ctx, key.Steward, w.start("gb/leeds", "pinned").Thread, order.Pin))
	w.must(w.boards.Settle(ctx, key.Steward, w.start("gb/leeds", "archived").Thread, order.Archive))
	w.must(w.pictures.Remove(ctx, key.Steward, pictures[0].Number, true))
	_, err = w.boards.Identity(ctx)
	w.must(err)
	_, err = key.NewPasses(w.DB, w.clock).Link(ctx)
	w.must(err)
	for n := range 3000 { // more than one part
		_, err := w.boards.Reply(ctx, key.Anyone, thread.Thread, board.NewPost{Body: fmt.Sprintf("%d %s", n, strings.Repeat(rand.Text(), 10))})
		w.must(err)
	}
	return thread, pictures
}

// rows are all rows of all tables, in an order of their own.
func rows(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		tables, err := whole.Tables(tx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			table.Columns = slices.DeleteFunc(table.Columns, func(c whole.Column) bool { return c.Kind == whole.Other })
			if len(table.Columns) == 0 {
				continue
			}
			err := whole.EachRow(tx, table, func(row []any) error {
				all[table.Name] = append(all[table.Name], fmt.Sprintf("%#v", row))
				return nil
			})
			if err != nil {
				return err
			}
			slices.Sort(all[table.Name])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// contents are all files of a store.
func contents(t *testing.T, files blob.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for entry, err := range files.Each(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		f, err := files.Open(t.Context(), entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		all[entry.Name] = string(b)
	}
	return all
}

// keys are a key and whom it belongs to.
func keys(t *testing.T) (backup.Identities, backup.Recipients) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := backup.ParseRecipients([]string{id.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	return backup.Identities{id}, to
}

func quiet(backup.Progress) {}

// made makes a backup in a folder of its own.
func (w *world) made(to backup.Recipients, see func(backup.Progress)) backup.Made {
	w.t.Helper()
	made, err := w.Make(w.t.Context(), w.t.TempDir(), to, noon, see)
	w.must(err)
	return made
}

// opened is a database that holds something, gone after the test.
func opened(t *testing.T, address string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Every row and file comes back as it was, on whichever engine.
func TestDrill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d, folder(t))
		w.furnish()
		ids, to := keys(t)
		made := w.made(to, quiet)
		if len(made.Lost) > 0 || made.Manifest.Files.Count != 9 || made.Manifest.Tables["post"].Count < 3000 {
			t.Errorf("made %+v", made.Manifest)
		}
		if _, m, err := backup.Check(t.Context(), made.Path, ids, quiet); err != nil || !maps.Equal(m.Tables, made.Manifest.Tables) {
			t.Errorf("checking: %v", err)
		}
		want := rows(t, d)
		for _, engine := range dbtest.Engines() {
			t.Run("into "+engine.String(), func(t *testing.T) {
				target := backup.Target{Database: dbtest.Address(t, engine), Files: folder(t)}
				if _, err := backup.Restore(t.Context(), made.Path, ids, target, quiet); err != nil {
					t.Fatal(err)
				}
				again := opened(t, target.Database)
				got := rows(t, again)
				for name := range want {
					if backup.Left(name) || name == "sequence" {
						continue
					}
					if diff := cmp.Diff(want[name], got[name]); diff != "" {
						t.Errorf("rows of %s: %s", name, diff)
					}
				}
				for name := range got {
					if backup.Left(name) && name != "search_reader" && name != "push_reader" && name != "backup_turn" && !strings.HasPrefix(name, "search_index") && len(got[name]) > 0 {
						t.Errorf("%s has %d rows and is left out", name, len(got[name]))
					}
				}
				if diff := cmp.Diff(contents(t, w.Files), contents(t, target.Files)); diff != "" {
					t.Errorf("files: %d bytes of difference", len(diff))
				}
				if err := backup.Interrupted(t.Context(), target.Files); err != nil {
					t.Error(err)
				}
				goesOn(t, w, open(t, again, target.Files))
			})
		}
	})
}

// goesOn checks that a restored site can be written on, with numbers that the
// first never gave.
func goesOn(t *testing.T, first, again *world) {
	t.Helper()
	var before map[string]int64
	err := first.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
		before, err = whole.Sequences(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if made := again.start("gr/athens", "again"); made.Number != before["post_number"]+1 {
		t.Errorf("the next post is %d, want %d", made.Number, before["post_number"]+1)
	}
	var events []event.Event
	for len(events) == 0 { // PostgreSQL holds it back while any older transaction runs on the server
		err = again.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			events, _, err = event.Tail(tx, 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(events) != 1 || events[0].Number != before["event_number"]+1 {
		t.Errorf("events: %+v, want one after %d", events, before["event_number"])
	}
}

// People write, and a steward removes a picture, while the backup is made. It
// holds one moment: what was accepted before it began, and no half of anything.
func TestABackupIsOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d, folder(t))
		thread, pictures := w.furnish()
		ids, to := keys(t)
		ctx, stop := context.WithCancel(t.Context())
		var accepted sync.Map
		var writers sync.WaitGroup
		for range 4 {
			writers.Go(func() {
				for ctx.Err() == nil {
					if made, err := w.boards.Reply(t.Context(), key.Anyone, thread.Thread, board.NewPost{Body: "meanwhile"}); err != nil {
						t.Error(err)
						return
					} else {
						accepted.Store(made.Number, nil)
					}
				}
			})
		}
		enough := func(n int) {
			for count := 0; count < n; {
				count = 0
				accepted.Range(func(any, any) bool { count++; return true })
				time.Sleep(time.Millisecond)
			}
		}
		enough(20)
		var before []int64
		accepted.Range(func(number, _ any) bool { before = append(before, number.(int64)); return true })
		removed := pictures[len(pictures)-1]
		once := sync.OnceFunc(func() { w.must(w.pictures.Remove(t.Context(), key.Steward, removed.Number, false)) })
		made := w.made(to, func(p backup.Progress) {
			if p.Step == backup.Files {
				once()
			}
		})
		stop()
		writers.Wait()
		if len(made.Manifest.Absent) != 3 || len(made.Lost) != 0 {
			t.Errorf("absent %q, lost %q", made.Manifest.Absent, made.Lost)
		}
		target := backup.Target{Database: dbtest.Address(t, d.Engine()), Files: folder(t)}
		done, err := backup.Restore(t.Context(), made.Path, ids, target, quiet)
		if err != nil || done.Missing != 1 {
			t.Fatalf("%d missing, %v", done.Missing, err)
		}
		wholly(t, opened(t, target.Database), before)
	})
}

// wholly checks that a site holds posts, and nothing by half.
func wholly(t *testing.T, d *db.DB, posts []int64) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		for _, number := range posts {
			var there bool
			if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM post WHERE number = $1)`, number).Scan(&there); err != nil || !there {
				t.Errorf("post %d was accepted before and is lost: %v", number, err)
			}
		}
		for what, query := range map[string]string{
			"threads that count otherwise": `SELECT count(*) FROM thread t WHERE posts <> (SELECT count(*) FROM post p WHERE p.thread = t.number AND NOT p.gone)`,
			"boards that count otherwise":  `SELECT count(*) FROM board b WHERE posts <> (SELECT sum(posts) FROM thread t WHERE t.place = b.place)`,
			"pictures without posts":       `SELECT count(*) FROM picture p WHERE used <> (SELECT count(*) FROM attachment a WHERE a.picture = p.number)`,
		} {
			var n int
			if err := tx.Row(query).Scan(&n); err != nil || n > 0 {
				t.Errorf("%s: %d, %v", what, n, err)
			}
		}
		last, err := whole.Sequences(tx)
		var highest int64
		if err == nil {
			err = tx.Row(`SELECT max(number) FROM post`).Scan(&highest)
		}
		if last["post_number"] < highest {
			t.Errorf("the next post is to be %d, and there is a %d", last["post_number"]+1, highest)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
