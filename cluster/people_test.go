//go:build cluster

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// People are who uses a site while its machines fail: each comes from an address
// of their own.
type People struct {
	site   string // address
	thread string // path of the thread in which they write

	addresses atomic.Int64
	all       sync.WaitGroup

	mu    sync.Mutex
	acked map[string]int64 // what was accepted: words → number
	sent  int              // forms, sent again or not
	again int              // sendings after the first
	reads []read
	heard map[*listener]int64
}

// read is one page that somebody asked for.
type read struct {
	at    time.Time
	took  time.Duration
	wrong string // "" where it came
}

// listener has the thread open.
type listener struct{ last atomic.Int64 } // number of the last post it was told of

// newPeople opens a thread on a board for them.
func newPeople(ctx context.Context, site string) (*People, error) {
	p := &People{site: site, acked: map[string]int64{}, heard: map[*listener]int64{}}
	c := p.client(10 * time.Second)
	where, err := p.post(ctx, c, "/gr/athens/new", url.Values{"subject": {"What fails"}, "body": {"And what doesn't."}})
	if err != nil {
		return nil, err
	}
	p.thread = fmt.Sprintf("/gr/athens/t/%d", where)
	return p, nil
}

// client is one person's: an address of their own, since the site gives each its
// share.
func (p *People) client(timeout time.Duration) *http.Client {
	n := p.addresses.Add(1)
	from := &net.TCPAddr{IP: net.IPv4(10, 77, byte(1+n/250), byte(1+n%250))}
	dialer := &net.Dialer{LocalAddr: from, Timeout: 5 * time.Second}
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var postedAt = regexp.MustCompile(`posted=(\d+)`)

// post fills in a form and sends it until it is accepted, the same form each time,
// as somebody would who presses the button again.
func (p *People) post(ctx context.Context, c *http.Client, path string, form url.Values) (int64, error) {
	var last error
	for tries := 0; ctx.Err() == nil; tries++ {
		if tries > 0 {
			time.Sleep(300*time.Millisecond + rand.N(700*time.Millisecond))
		}
		if form.Get("ticket") == "" {
			var lent struct{ Ticket string }
			if last = p.json(ctx, c, "/ticket.json", &lent); last != nil {
				continue
			}
			form.Set("ticket", lent.Ticket)
		}
		p.count(tries)
		var number int64
		if number, last = p.send(ctx, c, path, form); last == nil {
			return number, nil
		}
		if errors.Is(last, errTicket) {
			return 0, last // sent anew it would be another form: what was accepted of this one can't be told
		}
	}
	return 0, errors.Join(ctx.Err(), last)
}

func (p *People) count(tries int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if tries == 0 {
		p.sent++
	} else {
		p.again++
	}
}

// errTicket is that a ticket isn't known any more.
var errTicket = errors.New("the form's ticket is refused")

func (p *People) send(ctx context.Context, c *http.Client, path string, form url.Values) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.site)
	answer, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	if answer.StatusCode == http.StatusSeeOther {
		m := postedAt.FindStringSubmatch(answer.Header.Get("Location"))
		if m == nil {
			return 0, fmt.Errorf("sent on to %q", answer.Header.Get("Location"))
		}
		return strconv.ParseInt(m[1], 10, 64)
	}
	if answer.StatusCode == http.StatusUnprocessableEntity || answer.StatusCode == http.StatusConflict {
		return 0, fmt.Errorf("%w: %s %.300s", errTicket, answer.Status, said)
	}
	return 0, fmt.Errorf("sending: %s", answer.Status)
}

func (p *People) json(ctx context.Context, c *http.Client, path string, into any) error {
	answer, err := p.get(ctx, c, path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into)
}

// get asks for a page, and fails where it isn't there.
func (p *People) get(ctx context.Context, c *http.Client, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.site+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return answer, nil
}

// write has so many people write replies, each its own words, a pause between two.
func (p *People) write(ctx context.Context, people int, pause time.Duration, failed func(error)) {
	for writer := range people {
		p.all.Go(func() {
			c := p.client(10 * time.Second)
			for n := 0; ctx.Err() == nil; n++ {
				words := fmt.Sprintf("writer %d reply %d.", writer, n)
				number, err := p.post(ctx, c, p.thread, url.Values{"body": {words}})
				switch {
				case err == nil:
					p.mu.Lock()
					p.acked[words] = number
					p.mu.Unlock()
				case ctx.Err() == nil:
					failed(fmt.Errorf("%s: %w", words, err))
				}
				sleep(ctx, pause/2+rand.N(pause))
			}
		})
	}
}

// read has so many people read pages that move and pages that don't.
func (p *People) read(ctx context.Context, people int, pause time.Duration) {
	pages := []string{p.thread + "/last", "/gr/athens", "/gr/athens/catalog", "/", "/gr"}
	for range people {
		p.all.Go(func() {
			c := p.client(10 * time.Second)
			for ctx.Err() == nil {
				r := read{at: time.Now()}
				answer, err := p.get(ctx, c, pages[rand.N(len(pages))])
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
				if ctx.Err() != nil {
					return
				}
				if r.took = time.Since(r.at); err != nil {
					r.wrong = err.Error()
				}
				p.mu.Lock()
				p.reads = append(p.reads, r)
				p.mu.Unlock()
				sleep(ctx, pause/2+rand.N(pause))
			}
		})
	}
}

// listen has so many people keep the thread open. One whose connection breaks comes
// back as a browser does, and says what it heard last.
func (p *People) listen(ctx context.Context, people int) {
	for range people {
		l := &listener{}
		p.mu.Lock()
		p.heard[l] = 0
		p.mu.Unlock()
		p.all.Go(func() {
			c := p.client(0)
			for last := ""; ctx.Err() == nil; {
				last = p.hear(ctx, c, l, last)
				sleep(ctx, 500*time.Millisecond+rand.N(2*time.Second))
			}
		})
	}
}

// hear reads a stream to its end, and returns the number of the last event.
func (p *People) hear(ctx context.Context, c *http.Client, l *listener, last string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.site+p.thread+"/live", nil)
	if err != nil {
		return last
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	// A listener that hears nothing, not even that nothing happens, has lost its
	// connection without being told.
	quiet, hangUp := context.WithCancel(ctx)
	defer hangUp()
	alarm := time.AfterFunc(40*time.Second, hangUp)
	defer alarm.Stop()
	answer, err := c.Do(r.WithContext(quiet))
	if err != nil {
		return last
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return last
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		alarm.Reset(40 * time.Second)
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			last = id
		}
		if m := heardPost.FindStringSubmatch(lines.Text()); m != nil {
			n, _ := strconv.ParseInt(m[1], 10, 64)
			l.last.Store(max(l.last.Load(), n))
		}
	}
	return last
}

var heardPost = regexp.MustCompile(`<article class="post[^"]*" id="p(\d+)"`)

// behind is how many listeners have not heard of a post.
func (p *People) behind(number int64) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.heard {
		if l.last.Load() < number {
			n++
		}
	}
	return n
}

// wrong are the reads of a time that failed, by what was wrong, and how many there
// were in all.
func (p *People) wrong(from, to time.Time) (all int, wrong map[string]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wrong = map[string]int{}
	for _, r := range p.reads {
		if r.at.Before(from) || r.at.After(to) {
			continue
		}
		all++
		if r.wrong != "" {
			wrong[r.wrong]++
		}
	}
	return all, wrong
}

// present are the replies that stand in the thread, by their words: how often each.
func (p *People) present(ctx context.Context) (map[string][]int64, error) {
	c := p.client(20 * time.Second)
	found := map[string][]int64{}
	number := p.thread[strings.LastIndexByte(p.thread, '/')+1:]
	thread := "/api/v1/threads/" + number
	for path := thread + "?after=" + number; path != ""; { // alone it is the newest posts
		var page struct {
			Posts []struct {
				Number int64
				Text   string
			}
			Later bool
		}
		if err := p.json(ctx, c, path, &page); err != nil {
			return nil, err
		}
		for _, post := range page.Posts {
			words := strings.TrimSpace(post.Text)
			found[words] = append(found[words], post.Number)
		}
		if path = ""; page.Later {
			path = fmt.Sprintf("%s?after=%d", thread, page.Posts[len(page.Posts)-1].Number)
		}
	}
	return found, nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
