//go:build unix

package faults

import (
	"bytes"
	"encoding/base32"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/key"
)

// What people leave on the way to a meeting (docs/retention.md) is in the
// program's folder for as long as is said there, and not a day longer: not in a
// row, not in a page of the file that is free, not in the write-ahead log.
func TestForgets(t *testing.T) {
	hour := filepath.Join(t.TempDir(), "clock")
	s := newSite(t, "")
	changed := shifted(t)
	hurry(t, changed, "internal/db/writer.go", "const foldAfter = time.Minute", "const foldAfter = 100 * time.Millisecond")
	s.program = rewritten(t, "later", changed)
	s.environ = []string{"FAULTS_CLOCK=" + hour}
	began := time.Now()
	later := func(until time.Time) {
		t.Helper()
		seconds := strconv.Itoa(int(time.Until(until) / time.Second))
		if err := os.WriteFile(hour, []byte(seconds), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	later(began)
	s.up(t)

	const (
		board, note, spot = "/gr/thessaloniki", "Iwillbringaramp", "Behindthethirdpillar"
		first             = "Serafiolibraryhall" // where it was to be before it moved
		home              = "Egnatia 12, second bell"
	)
	all := s.guests(t, 6)
	people, host := all[:5], all[5]
	for _, g := range people {
		g.send(t, board+"/hand", board+"/hand", url.Values{"do": {"raise"}}, http.StatusSeeOther)
		g.hand = g.kept(t, "hands")
	}
	_, page := host.ask(t, board, nil)
	dates := regexp.MustCompile(board + `/t/\d+/dates`).FindString(page)
	if dates == "" {
		t.Fatal("five hands opened no convening")
	}
	for _, g := range people[:4] {
		g.send(t, dates, dates, url.Values{"mark-2": {"1"}}, http.StatusSeeOther)
	}
	people[4].send(t, dates, strings.TrimSuffix(dates, "dates")+"venues", url.Values{"name": {"Our place"}, "directions": {home}, "why": {"warm"}, "do": {"propose"}}, http.StatusUnprocessableEntity)

	starts := began.Add(72 * time.Hour).In(athens(t))
	host.send(t, "/gr/athens/meetups/new", "/gr/athens/meetups/new", url.Values{
		"title": {"Reading the rent law"}, "day": {starts.Format("2006-01-02")}, "time": {starts.Format("15:04")},
		"minutes": {"120"}, "venue": {first}, "spot": {spot}, "held": {"1"}, "do": {"announce"},
	}, http.StatusSeeOther)
	link := regexp.MustCompile(`^/host/(\d+)/([0-9a-z]{26})`).FindStringSubmatch(host.sentTo)
	if link == nil {
		t.Fatalf("the host was sent to %q", host.sentTo)
	}
	host.send(t, "/host/"+link[1]+"/"+link[2], "/host/"+link[1], url.Values{
		"token": {link[2]}, "title": {"Reading the rent law"}, "day": {starts.Format("2006-01-02")}, "time": {starts.Format("15:04")},
		"minutes": {"120"}, "venue": {"Municipal market"}, "spot": {spot}, "held": {"1"}, "do": {"keep"},
	}, http.StatusSeeOther)
	meetup := "/gr/athens/t/" + link[1] + "/meetup"
	people[0].send(t, meetup, meetup, url.Values{"answer": {"1"}, "note": {note}}, http.StatusSeeOther)

	hosts, ok := key.Parse(link[2])
	if !ok {
		t.Fatalf("%q is no token", link[2])
	}
	comes := people[0].kept(t, "moot")
	// Never there, not for a moment: whose they are, from where, and what was refused.
	never := map[string][]byte{"a form that was refused": []byte(home)}
	secret := func(name string, who key.Actor) {
		raw, err := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).DecodeString(who.Token())
		if err != nil {
			t.Fatal(err)
		}
		never[name+", as text"], never[name] = []byte(who.Token()), raw
	}
	secret("the host's token", hosts)
	secret("the token of somebody who comes", comes)
	for n, g := range people {
		secret(fmt.Sprintf("the token of hand %d", n), g.hand)
		never[fmt.Sprintf("the address of visitor %d", n)] = []byte(g.from)
	}
	here := map[string][]byte{
		"a hand": people[0].hand.Hash("hand"), "the last hand": people[4].hand.Hash("hand"), "a note": []byte(note), "a spot": []byte(spot), "where it was to be": []byte(first),
		"who hosts": hosts.Hash("host " + link[1]), "who comes": comes.Hash("rsvp " + link[1]),
	}
	s.holds(t, "while it goes on", here, never)

	ends := starts.Add(2 * time.Hour).Truncate(time.Minute)
	for _, step := range []struct {
		at       time.Time
		forgets  []string
		whatItIs string
	}{
		{ends.Add(47 * time.Hour), nil, "47 hours after the end"},
		{ends.Add(49 * time.Hour), []string{"a note", "who comes"}, "49 hours after the end"},
		{ends.Add(8 * 24 * time.Hour), []string{"a spot", "who hosts", "where it was to be"}, "8 days after the end"},
		{began.Add(68 * 24 * time.Hour), []string{"a hand", "the last hand"}, "when a week and 60 days have passed"},
	} {
		if status := s.end(syscall.SIGTERM); status != 0 {
			t.Fatalf("exit status %d\n%s", status, tail(s.now.log.String()))
		}
		s.holds(t, "stopped, before it is "+step.whatItIs, here, never)
		later(step.at)
		s.up(t)
		for _, name := range step.forgets {
			never[name] = here[name]
			delete(here, name)
		}
		until(t, "the site forgot what is past its time "+step.whatItIs, hangs, func() bool { return s.swept(t) && len(s.found(t, never)) == 0 })
		s.holds(t, step.whatItIs, here, never)
	}
	s.end(syscall.SIGKILL)
	s.holds(t, "killed", nil, never)
}

func athens(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// holds checks that some texts are in the site's folder, or in what it says, and
// that others aren't.
func (s *site) holds(t *testing.T, when string, here, nowhere map[string][]byte) {
	t.Helper()
	there := s.found(t, here)
	for name := range here {
		if there[name] == "" {
			t.Errorf("%s: %s is nowhere", when, name)
		}
	}
	for name, file := range s.found(t, nowhere) {
		t.Errorf("%s: %s is in %s", when, name, file)
	}
}

// found is in which file of the site's folder, or in its log, each text is that is
// in any.
func (s *site) found(t *testing.T, texts map[string][]byte) map[string]string {
	t.Helper()
	found := map[string]string{}
	look := func(file string, content []byte) {
		for name, text := range texts {
			if bytes.Contains(content, text) {
				found[name] = file
			}
		}
	}
	err := filepath.WalkDir(s.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		look(d.Name(), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	look("the log", []byte(s.now.log.String()))
	return found
}

// swept reports whether no job is due that comes round by itself.
func (s *site) swept(t *testing.T) bool {
	t.Helper()
	d, err := db.Open(t.Context(), s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var due int
	now := time.Now().Unix()
	if text, err := os.ReadFile(strings.TrimPrefix(s.environ[0], "FAULTS_CLOCK=")); err == nil {
		seconds, _ := strconv.ParseInt(string(text), 10, 64)
		now += seconds
	}
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM job WHERE dead_at = 0 AND due <= $1`, now).Scan(&due)
	})
	return err == nil && due == 0
}

// guest is somebody with a browser of their own, who comes from an address of theirs.
type guest struct {
	browser *http.Client
	from    string
	hand    key.Actor // the owner of their hand
	sentTo  string    // where their last form led
}

// guests are so many people, none of whom was there before.
func (s *site) guests(t *testing.T, n int) (all []*guest) {
	t.Helper()
	for i := range n {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &guest{from: fmt.Sprintf("203.0.113.%d", 101+i), browser: &http.Client{
			Transport: s.dial(""), Jar: jar, Timeout: hangs, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}})
	}
	return all
}

// ask asks for a page, or sends a form, and is what the site answers.
func (g *guest) ask(t *testing.T, path string, form url.Values) (status int, page string) {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	q, err := http.NewRequestWithContext(t.Context(), method, "http://moot"+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("X-Forwarded-For", g.from)
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := g.browser.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	g.sentTo = answer.Header.Get("Location")
	return answer.StatusCode, string(text)
}

// send sends a form, with the ticket of the page that it stands on where there is
// one, and expects a status.
func (g *guest) send(t *testing.T, on, path string, form url.Values, want int) {
	t.Helper()
	if _, page := g.ask(t, on, nil); ticketField.MatchString(page) {
		form.Set("ticket", ticketField.FindStringSubmatch(page)[1])
	}
	if status, page := g.ask(t, path, form); status != want {
		t.Fatalf("POST %s: %d\n%s", path, status, page)
	}
}

// kept is the value of a cookie.
func (g *guest) kept(t *testing.T, name string) key.Actor {
	t.Helper()
	for _, c := range g.browser.Jar.Cookies(&url.URL{Scheme: "http", Host: "moot", Path: "/"}) {
		if who, ok := key.Parse(c.Value); ok && c.Name == name {
			return who
		}
	}
	t.Fatalf("the browser has no %q", name)
	return key.Anyone
}
