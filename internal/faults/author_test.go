//go:build unix

package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// place is the board that is written on.
const place = "/gr/athens"

// ledger is what all authors were told stands: its words, and where.
type ledger struct {
	mu     sync.Mutex
	stands map[string]string // words → where the site sent their author
	again  int               // forms that were sent more than once
	said   map[int]int       // answers that were no redirect, by status
	broken []string          // what no author should be told

	lost, doubled int // as compare found them
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.stands)
}

// authors are people who write, each a post at a time.
type authors struct {
	site   *site
	ledger *ledger
	thread string // that they reply to
	unsure bool   // they send a form once more when they were told that its words stand
	all    sync.WaitGroup
	enough context.CancelFunc
}

// open starts the thread that authors reply to.
func (s *site) open(t *testing.T) *authors {
	t.Helper()
	a := &authors{site: s, ledger: &ledger{stands: map[string]string{}, said: map[int]int{}}}
	if !a.send(t.Context(), place+"/new", "Opening words", nil) {
		t.Fatalf("no thread can be started: %v %v\n%s", a.ledger.said, a.ledger.broken, s.now.log)
	}
	a.thread, _, _ = strings.Cut(a.ledger.stands["Opening words"], "?")
	return a
}

// write has some people write until they are told that it is enough: mostly
// replies, now and then a thread, now and then a picture. Each goes on sending
// what got no answer.
func (a *authors) write(t *testing.T, people int, r *rand.Rand) {
	ctx, enough := context.WithCancel(context.Background())
	a.enough = enough
	t.Cleanup(enough)
	for person := range people {
		r := rand.New(rand.NewPCG(r.Uint64(), uint64(person)))
		a.all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				words := fmt.Sprintf("Words %d of author %d, and %d.", n, person, r.Uint64())
				path, picture := a.thread, []byte(nil)
				if r.IntN(8) == 0 {
					path = place + "/new"
				}
				if r.IntN(12) == 0 {
					picture = drawing(r)
				}
				if !a.send(t.Context(), path, words, picture) {
					return
				}
			}
		})
	}
}

// stop lets everybody finish what they write.
func (a *authors) stop(t *testing.T) {
	t.Helper()
	a.enough()
	finished := make(chan struct{})
	go func() { a.all.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-time.After(hangs):
		t.Fatalf("authors get no answer: %v\n%s", a.ledger.said, tail(a.site.now.log.String()))
	}
}

// drawing is a small picture like no other.
func drawing(r *rand.Rand) []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, 24, 16))
	for i := range picture.Pix {
		picture.Pix[i] = byte(r.Uint32()) | 0x80*byte(i&3/3)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		panic(err)
	}
	return file.Bytes()
}

var ticketField = regexp.MustCompile(`name="ticket" value="([^"]+)"`)

// patience is for how long an author goes on pressing the button.
const patience = 2 * hangs

// send posts words, and sends the same form again until the site says that they
// stand. It gives up, and returns false, where the site refuses them or ctx ends.
func (a *authors) send(ctx context.Context, path, words string, picture []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := &http.Client{Transport: a.site.dial(""), Timeout: hangs, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ticket := ""
	for sent := 0; ctx.Err() == nil; {
		if ticket == "" {
			form := path
			if strings.Contains(path, "/t/") { // the thread's own page is the same for everybody, and has none
				form += "/reply"
			}
			if _, page, err := a.answer(ctx, c, http.MethodGet, form, "", nil); err == nil {
				if m := ticketField.FindStringSubmatch(page); m != nil {
					ticket = m[1]
					continue
				}
			}
			rest(ctx)
			continue
		}
		kind, form := fill(ticket, words, picture)
		sent++
		if sent == 2 && !a.stands(words) {
			a.ledger.mu.Lock()
			a.ledger.again++
			a.ledger.mu.Unlock()
		}
		answer, page, err := a.answer(ctx, c, http.MethodPost, path, kind, form)
		switch {
		case err != nil: // nobody knows what became of it
			rest(ctx)
		case answer.StatusCode == http.StatusSeeOther:
			where := answer.Header.Get("Location")
			a.ledger.mu.Lock()
			first, told := a.ledger.stands[words]
			a.ledger.stands[words] = where
			if told && first != where {
				a.ledger.broken = append(a.ledger.broken, fmt.Sprintf("POST %s: sent once more, %q stands at %s and not at %s", path, words, where, first))
			}
			a.ledger.mu.Unlock()
			if !a.unsure || told {
				return true
			}
		default:
			// The form came back: with its ticket where that is still good, and
			// with a new one where the site has started anew since.
			if !strings.Contains(page, words) {
				a.ledger.mu.Lock()
				a.ledger.broken = append(a.ledger.broken, fmt.Sprintf("POST %s: %s, and the words are gone:\n%s", path, answer.Status, page))
				a.ledger.mu.Unlock()
			}
			if m := ticketField.FindStringSubmatch(page); m != nil {
				ticket = m[1]
			}
			rest(ctx)
		}
	}
	return false
}

// stands reports whether the site has said that words do.
func (a *authors) stands(words string) bool {
	a.ledger.mu.Lock()
	defer a.ledger.mu.Unlock()
	_, told := a.ledger.stands[words]
	return told
}

// rest is between one press of the button and the next.
func rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Millisecond):
	}
}

// answer is what the site says to a request. What is no redirect and no page is
// counted; what nobody should be told is kept.
func (a *authors) answer(ctx context.Context, c *http.Client, method, path, kind string, form []byte) (*http.Response, string, error) {
	q, err := http.NewRequestWithContext(ctx, method, "http://moot"+path, bytes.NewReader(form))
	if err != nil {
		return nil, "", err
	}
	q.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", rand.IntN(256), rand.IntN(256), rand.IntN(256)))
	q.Header.Set("Accept-Language", "en")
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	answer, err := c.Do(q)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, "", errors.Join(errors.New("the answer broke off"), err)
	}
	if status := answer.StatusCode; status != http.StatusSeeOther && status != http.StatusOK {
		a.ledger.mu.Lock()
		a.ledger.said[status]++
		if status == http.StatusInternalServerError || status == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
			a.ledger.broken = append(a.ledger.broken, fmt.Sprintf("%s %s: %s, Retry-After %q", method, path, answer.Status, answer.Header.Get("Retry-After")))
		}
		a.ledger.mu.Unlock()
	}
	return answer, string(page), nil
}

// fill fills in the form as a browser would, with more fields by name and value.
func fill(ticket, words string, picture []byte, more ...string) (kind string, form []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("ticket", ticket)
	w.WriteField("subject", words)
	w.WriteField("body", words)
	for i := 0; i < len(more); i += 2 {
		w.WriteField(more[i], more[i+1])
	}
	if picture != nil {
		file, _ := w.CreateFormFile("picture-1", "drawing.png")
		file.Write(picture)
	}
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func tail(log string) string { return log[max(0, len(log)-3000):] }
