//go:build unix

package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// poster is a PNG that nobody has posted before.
func poster() []byte { return posterOf(60) }

// posterOf is another one for every number.
func posterOf(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for x := range 300 {
		for y := range 200 {
			m.Set(x, y, color.RGBA{uint8(x * y / n), uint8((x / 30) * 25), uint8((y / 40) * 60), 255})
		}
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

// sendPicture sends a page's form with a picture, and returns the answer.
func sendPicture(t *testing.T, c *http.Client, address, action string, picture []byte, words ...string) (int, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form(t, c, address) {
		w.WriteField(name, values[0])
	}
	for i := 0; i < len(words); i += 2 {
		w.WriteField(words[i], words[i+1])
	}
	file, _ := w.CreateFormFile("picture-1", "../../etc/<script>.png")
	file.Write(picture)
	w.Close()
	answer, err := c.Post(action, w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(page)
}

var pictureFile = regexp.MustCompile(`/f/\d+t?\.(png|jpg)`)

// The way of a picture from a stranger's form to everybody's eyes, and out
// again, with the real command beside the real site.
func TestPicturesAndStewards(t *testing.T) {
	folder := somewhere(t)
	r := start(t, "serve", "--data", folder, "--page-cache=0") // what is done beside it shows at once
	beside := func(args ...string) result {
		return moot(t, append(args, "--data", folder, "--base-url", r.address)...)
	}
	writer, reader := browser(t), browser(t)

	if said := beside("queue"); said.status != 0 || said.out != "No picture waits.\n" {
		t.Errorf("an empty queue: %+v", said)
	}
	thread := r.startThread(writer, "gr/kilkis", "The library", "Closed again.")
	status, page := sendPicture(t, writer, thread, thread, poster(), "body", "See the door.", "alt-1", "A door with a chain")
	if status != http.StatusOK { // after the redirect
		t.Fatalf("posting a picture: %d\n%s", status, page)
	}
	seen := get(t, reader, thread)
	wants(t, seen, "A picture waits here", "A door with a chain", "See the door.")
	if pictureFile.MatchString(seen) {
		t.Errorf("a picture that waits is shown: %s", pictureFile.FindString(seen))
	}
	listed := beside("queue")
	wants(t, listed.out, "/gr/kilkis/t/", "300 × 200", "A door with a chain")
	number, _, _ := strings.Cut(listed.out, " ")
	if status, _ := ask(t, reader, r.address+"/f/"+number+".png"); status != http.StatusNotFound {
		t.Errorf("the file of a picture that waits: %d", status)
	}

	// A steward comes by a link.
	link, _, _ := strings.Cut(beside("queue", "link").out, "\n")
	steward := browser(t)
	wants(t, get(t, steward, link), "Come in")
	if status, page := ask(t, steward, r.address+"/queue"); status != http.StatusForbidden || strings.Contains(page, number) {
		t.Errorf("the queue before coming in: %d", status)
	}
	pass, _ := url.Parse(link)
	enter := url.Values{"pass": {pass.Query().Get("pass")}}
	if _, page, err := send(steward, r.address+"/queue/enter", enter); err != nil || !strings.Contains(page, number) {
		t.Fatalf("coming in: %v\n%s", err, page)
	}
	if answer, err := http.PostForm(r.address+"/queue/enter", enter); err != nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("the link used again: %v, %v", answer, err)
	}
	if status, _ := ask(t, steward, r.address+"/queue/f/"+number+".png"); status != http.StatusOK {
		t.Errorf("a steward's look: %d", status)
	}
	if answer, err := http.PostForm(r.address+"/queue", url.Values{"picture": {number}, "do": {"let-through"}}); err != nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("letting through without a session: %v, %v", answer, err)
	}
	if _, page, err := send(steward, r.address+"/queue", url.Values{"picture": {number}, "do": {"let-through"}}); err != nil || !strings.Contains(page, "was let through") {
		t.Fatalf("letting through: %v\n%s", err, page)
	}
	seen = get(t, reader, thread)
	wants(t, seen, "/f/"+number+".png", `alt="A door with a chain"`)

	answer, err := reader.Get(r.address + "/f/" + number + ".png")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	for header, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "immutable",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox", "Content-Disposition": `inline; filename="` + number + `.png"`, "Accept-Ranges": "bytes",
	} {
		if got := answer.Header.Get(header); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}

	// Out again, and what is like it stays out.
	if said := beside("queue", "ban", number); said.status != 0 {
		t.Errorf("banning: %+v", said)
	}
	wants(t, get(t, reader, thread), "A picture was removed.")
	if status, _ := ask(t, reader, r.address+"/f/"+number+".png"); status != http.StatusNotFound {
		t.Errorf("the file of a removed picture: %d", status)
	}
	status, page = sendPicture(t, writer, thread, thread, poster(), "body", "And again: my words.")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("the same picture again: %d", status)
	}
	wants(t, page, "removed from this site before", "And again: my words.")
	if known := beside("queue", "known"); len(known.out) != 65 {
		t.Errorf("known: %q", known.out)
	}

	// Threads.
	id := thread[strings.LastIndex(thread, "/")+1:]
	if said := beside("thread", "lock", id); said.status != 0 {
		t.Errorf("locking: %+v", said)
	}
	wants(t, get(t, reader, thread), "This thread is closed to replies.")
	if said := beside("thread", "archive", id); said.status != 0 {
		t.Errorf("archiving: %+v", said)
	}
	wants(t, get(t, reader, thread), "archived")
	wants(t, get(t, reader, r.address+"/gr/kilkis/archive"), "The library")
	if board := get(t, reader, r.address+"/gr/kilkis"); strings.Contains(board, "The library") {
		t.Error("an archived thread stands on its board")
	}

	beside("thread", "pin", "999999").fails(t, 1, "thread")
}

func TestStewardsCommandsThatAreWrong(t *testing.T) {
	moot(t, "queue").fails(t, 1, "no site here", "--data")
	moot(t, "queue", "burn").fails(t, 2, "let-through", `"burn"`)
	moot(t, "queue", "ban").fails(t, 2, "wants a number")
	moot(t, "queue", "ban", "x").fails(t, 2, "wants a number")
	moot(t, "thread").fails(t, 2, "wants a number")
	moot(t, "thread", "dance", "3").fails(t, 2, "unpin", `"dance"`)
	moot(t, "serve", "--images", "maybe").fails(t, 1, "off, queue or on")
	if r := moot(t, "serve", "--images-places", "gr/nowhere=on", "--listen", "127.0.0.1:0", "--listen-ops", "off"); r.status != 1 || !strings.Contains(r.err, "gr/nowhere") {
		t.Errorf("%+v", r)
	}
	if r := moot(t, "serve", "--known-pictures", "/nowhere/list", "--listen", "127.0.0.1:0", "--listen-ops", "off"); r.status != 1 || !strings.Contains(r.err, "known-pictures") {
		t.Errorf("%+v", r)
	}
}
