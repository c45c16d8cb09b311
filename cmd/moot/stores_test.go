//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"moot/internal/blob/blobtest"
)

// Whatever the settings say of where things are kept, and is wrong, ends the
// start with one line that names the setting and says what to do.
func TestWhereThingsAreKeptIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "no folder")
	for _, bad := range [][]string{
		{"--files=file:" + file, "moot: files: the folder " + file + " can't be made: not a directory", "name another"},
		{"--files=file:" + file + "/files", "moot: files: the folder " + file + "/files can't be made: not a directory"},
		{"--files=s3://key:geheim@127.0.0.1:1/no_name?tls=off", "moot: files: no_name can't be the name of a bucket"},
		{"--files=s3://key:geheim@127.0.0.1:1/bucket?tls=off", "moot: files: the object store at 127.0.0.1:1 doesn't answer"},
		{"--database=sqlite:" + file + "/db", "moot: database: the file " + file + "/db can't be opened: not a directory"},
		{"--database=postgres://moot:geheim@127.0.0.1:1/moot", "moot: database: the server at 127.0.0.1:1 doesn't answer: connect: connection refused"},
	} {
		r := moot(t, "serve", "--data", somewhere(t), "--listen=127.0.0.1:0", "--listen-ops=off", bad[0])
		r.fails(t, 1, bad[1:]...)
		if strings.Contains(r.err, "geheim") {
			t.Error(r.err)
		}
	}
}

// What an object store refuses a site for ends its start in the same way.
func TestTheObjectStoreRefuses(t *testing.T) {
	store := blobtest.Open(t)
	if err := store.Bucket(t.Context(), "site"); err != nil {
		t.Fatal(err)
	}
	right := store.Address("site", "")
	folder := somewhere(t)
	first := start(t, "serve", "--data", folder, "--files", right)
	first.process.Process.Kill()
	<-first.ended
	for bad, says := range map[string]string{
		store.Address("sight", ""):                    "has no bucket sight: make it there",
		strings.Replace(right, "with", "without", 1):  "the secret isn't the key's",
		strings.Replace(right, "moot:", "mood:", 1):   "doesn't know the key",
		strings.Replace(right, "us-east", "us-ea", 1): "stands in another region",
		strings.Replace(right, "tls=off", "", 1):      "speaks no TLS: put tls=off",
	} {
		r := moot(t, "serve", "--data", folder, "--listen=127.0.0.1:0", "--listen-ops=off", "--files", bad)
		r.fails(t, 1, "moot: files: the object store at "+store.At, says)
		if strings.Contains(r.err, "with") && strings.Contains(r.err, "signs") {
			t.Error(r.err)
		}
	}
}

// soon does something again and again until it is done, as it must be within ten
// seconds, and a little more on a machine that is busy.
func soon(t *testing.T, what string, do func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !do(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 30 seconds", what)
		}
	}
}

// picturesStop sees to it that no picture is taken: what is sent with one comes
// back with its words and a sentence. Text goes on.
func picturesStop(t *testing.T, c *http.Client, thread string, picture []byte, says string) {
	t.Helper()
	status, page := sendPicture(t, c, thread+"/reply", thread, picture, "body", "Words that come back.", "alt-1", "The plan")
	if status != http.StatusServiceUnavailable {
		t.Errorf("a picture is answered with %d\n%s", status, page)
	}
	wants(t, page, "Words that come back.", "The plan", says)
	if !reply(t, staying(t), thread, "Text goes on, says "+says) {
		t.Error("text doesn't go on")
	}
	wants(t, get(t, c, thread), "Text goes on, says "+says)
}

// picturesGoOn sees to it that pictures are taken again, by themselves, and that
// rows and files agree: so many pictures.
func picturesGoOn(t *testing.T, c *http.Client, thread string, pictures int, settings ...string) {
	t.Helper()
	n := 100 + pictures
	soon(t, "a picture is taken again", func() bool {
		n++
		status, page := sendPicture(t, c, thread+"/reply", thread, posterOf(n), "body", fmt.Sprintf("Picture %d.", n), "alt-1", "x")
		if status != http.StatusOK && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
			t.Fatalf("%d\n%s", status, page)
		}
		return status == http.StatusOK
	})
	seen := moot(t, append([]string{"doctor"}, settings...)...)
	wants(t, seen.out, fmt.Sprintf("%d pictures, %d files of", pictures, 3*pictures), "ok    rows")
}

// An object store that is full takes no pictures, and nothing else stops; a site
// that starts while it doesn't answer has no pictures until it does.
func TestAnObjectStoreFullAndAway(t *testing.T) {
	store := blobtest.Open(t)
	if err := store.Bucket(t.Context(), "site"); err != nil {
		t.Fatal(err)
	}
	front := blobtest.NewFront(t, store)
	settings := []string{"--data", somewhere(t), "--files", front.Address("site", "")}
	r := start(t, append([]string{"serve", "--images=on"}, settings...)...)
	c := browser(t)
	thread := r.startThread(c, "gr/kilkis", "The library", "Closed again.")
	picturesGoOn(t, c, thread, 1, settings...)

	for code, status := range map[string]int{"InsufficientStorage": 507, "QuotaExceeded": 403} {
		n := 0
		front.Refuse(status, code, func(q *http.Request) bool { // it is full when it has one file more
			if blobtest.Puts(q) {
				n++
			}
			return blobtest.Puts(q) && n > 1
		})
		picturesStop(t, c, thread, posterOf(70), "no room left for pictures")
		if left, _ := filepath.Glob(store.Path("site", "picture/*/*")); len(left) != 3 {
			t.Errorf("%s left %q", code, left)
		}
	}
	wants(t, r.log.String(), "an outage begins", "what=media.no_room", "has no room left: make some", "raise its quota")
	front.Mend()
	picturesGoOn(t, c, thread, 2, settings...)

	r.process.Process.Kill()
	<-r.ended
	store.Stop()
	settings[3] = store.Address("site", "")
	r = start(t, append([]string{"serve", "--images=on"}, settings...)...)
	u, err := url.Parse(thread)
	if err != nil {
		t.Fatal(err)
	}
	thread = r.address + u.Path
	wants(t, r.log.String(), "no picture can be taken or shown until this is mended", "the object store at "+store.At+" doesn't answer")
	c = browser(t)
	picturesStop(t, c, thread, posterOf(70), "be stored just now")
	if err := store.Start(); err != nil {
		t.Fatal(err)
	}
	picturesGoOn(t, c, thread, 3, settings...)
	if file := pictureFile.FindString(get(t, c, thread)); file == "" {
		t.Error("no picture is shown")
	} else {
		get(t, c, r.address+file)
	}
	if strings.Contains(r.log.String(), "secret/") {
		t.Errorf("the log holds the secret:\n%s", r.log)
	}
}
