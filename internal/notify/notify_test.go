package notify_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/notify"
	"moot/internal/outbound"
	"moot/internal/place"
)

const service = "updates.push.services.mozilla.com"

// browser is one that can read what it is told (RFC 8291).
type browser struct {
	private *ecdh.PrivateKey
	auth    []byte
	notify.Subscription
}

func newBrowser(t *testing.T, name string) browser {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	rand.Read(auth)
	return browser{private, auth, notify.Subscription{
		Endpoint: "https://" + service + "/wpush/" + name,
		P256dh:   base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(auth),
	}}
}

// read opens an encrypted message: the header and one record of RFC 8188, with
// the keys of RFC 8291, 3.4.
func (b browser) read(t *testing.T, body []byte) map[string]string {
	t.Helper()
	salt, length := body[:16], int(body[20])
	sender, err := ecdh.P256().NewPublicKey(body[21 : 21+length])
	if err != nil {
		t.Fatal(err)
	}
	secret, err := b.private.ECDH(sender)
	if err != nil {
		t.Fatal(err)
	}
	info := "WebPush: info\x00" + string(b.private.PublicKey().Bytes()) + string(sender.Bytes())
	ikm, _ := hkdf.Key(sha256.New, secret, b.auth, info, 32)
	cek, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(cek)
	gcm, _ := cipher.NewGCM(block)
	plain, err := gcm.Open(nil, nonce, body[21+length:], nil)
	if err != nil {
		t.Fatalf("the message can't be read: %v", err)
	}
	plain = plain[:strings.LastIndexByte(string(plain), 2)] // the padding's delimiter
	said := map[string]string{}
	if err := json.Unmarshal(plain, &said); err != nil {
		t.Fatalf("%v: %s", err, plain)
	}
	return said
}

// delivered is a message that the push service took.
type delivered struct {
	path, authorization, topic string
	body                       []byte
}

// site is a site with one thread, and a push service that says what answers
// tells it to.
type site struct {
	*notify.Notices
	t       *testing.T
	db      *db.DB
	clock   *clock.Clock
	boards  *board.Boards
	thread  board.Target
	mu      sync.Mutex
	took    []delivered
	answers map[string]int // status by path
	frozen  chan struct{}  // what is delivered waits until it is closed; nil: for nothing

	places    *place.Gazetteer
	outbox    *event.Outbox // of all nodes, so that all are woken at once
	transport *http.Transport

	jobs    *job.Jobs
	meetups *meetup.Meetups
	ladder  *convene.Ladder
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, places)
		s.Notices = s.node(d)
		go s.Follow(t.Context(), func(err error) { t.Error(err) })
		until(t, "the reader begins", func() bool { return s.cursor() != "" })
		test(t, s)
	})
}

// newSite is a site in a database, of which no node runs yet.
func newSite(t *testing.T, d *db.DB, places *place.Gazetteer) *site {
	s := &site{t: t, db: d, clock: clock.Hold(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)), answers: map[string]int{}}
	server := httptest.NewTLSServer(http.HandlerFunc(s.deliver))
	t.Cleanup(server.Close)
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.InsecureSkipVerify = true // it goes by another name
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(server.URL, "https://"))
	}
	s.transport, s.places, s.outbox = transport, places, event.New()
	s.boards = board.New(d, s.clock, s.outbox, places, board.Limits{PostLength: 8000})
	s.jobs = job.New(d, s.clock)
	s.meetups, s.ladder = s.steps(d)
	kilkis, _ := places.ByPath("gr/kilkis")
	var err error // of this engine's test alone: the other runs beside it
	if s.thread, err = s.boards.Start(t.Context(), key.Anyone, board.NewThread{Place: kilkis, Subject: "The last bus", NewPost: board.NewPost{Body: "It leaves at 20:15."}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// node is what tells of new posts in one node of the site, by its own handle of the
// database.
func (s *site) node(d *db.DB) *notify.Notices {
	s.t.Helper()
	boards := board.New(d, s.clock, s.outbox, s.places, board.Limits{PostLength: 8000})
	meetups, ladder := s.steps(d)
	n, err := notify.Open(s.t.Context(), d, s.clock, s.outbox, boards, notify.Settings{
		Name: "Moot", Base: "https://moot.example", Log: slog.New(slog.DiscardHandler),
		Client: outbound.New(outbound.Settings{Hosts: notify.Services, Transport: s.transport}),
		Places: s.places, Cards: cards(meetups, ladder, s.clock),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// steps are the meetups and the ladder of a node.
func (s *site) steps(d *db.DB) (*meetup.Meetups, *convene.Ladder) {
	jobs, boards := job.New(d, s.clock), board.New(d, s.clock, s.outbox, s.places, board.Limits{PostLength: 8000})
	meetups := meetup.New(meetup.Settings{
		DB: d, Clock: s.clock, Outbox: s.outbox, Places: s.places, Boards: boards, Jobs: jobs,
		Over: func(tx *db.Tx, at string) error { return jobs.Add(tx, convene.LookJob, at, s.clock.Now()) },
	})
	english, _ := lang.Lookup("en")
	ladder := convene.New(convene.Settings{
		DB: d, Clock: s.clock, Outbox: s.outbox, Places: s.places, Boards: boards, Jobs: jobs, Rules: convene.Defaults(),
		Words: func(place.Place) *lang.Language { return english }, ToCome: meetups.ToCome,
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			return meetups.Make(tx, a.Thread, meetup.Details{Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120, Venue: meetup.Venue{Name: a.Venue.Name}})
		},
	})
	return meetups, ladder
}

// cards are, as a command puts them together, what is told of meetups and convenings to whoever asked.
func cards(meetups *meetup.Meetups, ladder *convene.Ladder, now *clock.Clock) notify.Cards {
	return notify.Cards{
		Reaches: convene.Reaches, Reaching: ladder.Reaching,
		Meetup: func(ctx context.Context, thread int64) (notify.Card, error) {
			m, err := meetups.Meetup(ctx, thread)
			if err != nil {
				return notify.Card{}, err
			}
			return notify.Card{Path: fmt.Sprintf("/%s/t/%d/meetup", m.Place.Path(), thread), Over: m.Cancelled || m.Over(),
				Untold: func(l *lang.Language, since, _ int64) (string, []string, time.Time) {
					lines, until := m.Untold(int(since), l, now.Now())
					return m.Title, lines, until
				}}, nil
		},
		Convening: func(ctx context.Context, thread int64) (notify.Card, error) {
			c, err := ladder.Convening(ctx, thread)
			if err != nil {
				return notify.Card{}, err
			}
			return notify.Card{Path: ladder.Way(c), Over: !c.Open(),
				Untold: func(l *lang.Language, _, upto int64) (string, []string, time.Time) {
					return l.T("notify.city_title", "place", c.Place.Name(l.Tag())), ladder.Untold(c, upto, l), time.Time{}
				}}, nil
		},
	}
}

func (s *site) cursor() (cursor string) {
	s.db.Read(s.t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT cursor FROM push_reader`).Scan(&cursor) })
	return cursor
}

// caughtUp waits until everything that happened was read.
func (s *site) caughtUp() {
	s.t.Helper()
	until(s.t, "the reader catches up", func() bool {
		var latest event.Cursor
		s.db.Read(s.t.Context(), func(tx *db.Tx) (err error) { latest, err = event.Latest(tx); return err })
		return s.cursor() == latest.String()
	})
}

func (s *site) deliver(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	if frozen := s.frozen; frozen != nil {
		s.took = append(s.took, delivered{path: r.URL.Path})
		s.mu.Unlock()
		<-frozen
		w.WriteHeader(http.StatusCreated)
		return
	}
	defer s.mu.Unlock()
	s.took = append(s.took, delivered{r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Topic"), body})
	status := s.answers[r.URL.Path]
	if status == 0 {
		status = http.StatusCreated
	}
	w.WriteHeader(status)
}

func (s *site) messages() []delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]delivered(nil), s.took...)
}

func (s *site) subscriptions() (n int) {
	s.db.Read(s.t.Context(), func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM push_subscription`).Scan(&n)
	})
	return n
}

func (s *site) reply() board.Target {
	s.t.Helper()
	made, err := s.boards.Reply(s.t.Context(), key.Anyone, s.thread.Number, board.NewPost{Body: "Two of us."})
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestABrowserIsToldOfANewPostAndOnlyItCanReadWhich(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := newBrowser(t, "one")
		if err := s.Subscribe(t.Context(), s.thread.Number, b.Subscription, "el"); err != nil {
			t.Fatal(err)
		}
		post := s.reply()
		until(t, "a message", func() bool { return len(s.messages()) == 1 })
		m := s.messages()[0]
		said := b.read(t, m.body)
		if said["title"] != "The last bus" || said["url"] != post.Path() || !strings.Contains(said["body"], "Κιλκίς") || said["tag"] == "" {
			t.Errorf("it says %v", said)
		}
		if strings.Contains(string(m.body)+m.path+m.authorization+m.topic, "bus") {
			t.Error("the push service can read it")
		}
		s.signed(m.authorization)

		// Ten minutes' quiet, however much is written.
		for range 5 {
			s.reply()
		}
		s.caughtUp()
		s.clock.Advance(9 * time.Minute)
		s.reply()
		s.caughtUp()
		s.clock.Advance(2 * time.Minute)
		last := s.reply()
		until(t, "a second message", func() bool { return len(s.messages()) == 2 })
		if said := b.read(t, s.messages()[1].body); said["url"] != last.Path() {
			t.Errorf("it leads to %s, want the newest, %s", said["url"], last.Path())
		}

		if err := s.Unsubscribe(t.Context(), s.thread.Number, b.Endpoint); err != nil || s.subscriptions() != 0 {
			t.Errorf("%v, %d subscriptions", err, s.subscriptions())
		}
	})
}

// signed checks a VAPID header (RFC 8292): a JWT of the site's key, for the
// push service, with an end.
func (s *site) signed(header string) {
	s.t.Helper()
	token, public, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	if !ok || public != s.Key() {
		s.t.Fatalf("authorization %q", header)
	}
	raw, err := base64.RawURLEncoding.DecodeString(public)
	if err != nil {
		s.t.Fatal(err)
	}
	signer, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		s.t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(signer, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		s.t.Error("the signature is wrong")
	}
	claims := map[string]any{}
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	json.Unmarshal(text, &claims)
	if claims["aud"] != "https://"+service || claims["sub"] != "https://moot.example" || claims["exp"] == nil {
		s.t.Errorf("claims %v", claims)
	}
}

func TestABrowserThatIsGoneIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for name, status := range map[string]int{"gone": 410, "unknown": 404, "refused": 403, "fine": 201} {
			b := newBrowser(t, name)
			s.answers["/wpush/"+name] = status
			if err := s.Subscribe(t.Context(), s.thread.Number, b.Subscription, "en"); err != nil {
				t.Fatal(err)
			}
		}
		s.reply()
		until(t, "the gone ones are forgotten", func() bool { return len(s.messages()) == 4 && s.subscriptions() == 1 })
	})
}

func TestAServiceThatFailsIsTriedThreeTimes(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := newBrowser(t, "down")
		s.answers["/wpush/down"] = 503
		if err := s.Subscribe(t.Context(), s.thread.Number, b.Subscription, "en"); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if s.subscriptions() != 1 {
				t.Fatalf("forgotten after %d failures", i)
			}
			s.clock.Advance(11 * time.Minute)
			s.reply()
			until(t, "it is tried", func() bool { return len(s.messages()) == i+1 })
		}
		until(t, "it is forgotten", func() bool { return s.subscriptions() == 0 })
	})
}

func TestASubscriptionEndsAfterSixtyDays(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := newBrowser(t, "old")
		if err := s.Subscribe(t.Context(), s.thread.Number, b.Subscription, "en"); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(59 * 24 * time.Hour)
		if err := s.Sweep(t.Context()); err != nil || s.subscriptions() != 1 {
			t.Fatalf("%v, %d subscriptions", err, s.subscriptions())
		}
		s.clock.Advance(25 * time.Hour)
		s.reply()
		if err := s.Sweep(t.Context()); err != nil || s.subscriptions() != 0 {
			t.Errorf("%v, %d subscriptions", err, s.subscriptions())
		}
		if len(s.messages()) != 0 {
			t.Error("told after its end")
		}
	})
}

func TestSubscriptionsThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		good := newBrowser(t, "x").Subscription
		for name, change := range map[string]func(*notify.Subscription){
			"another host": func(n *notify.Subscription) { n.Endpoint = "https://evil.example/x" },
			"plain http":   func(n *notify.Subscription) { n.Endpoint = "http://" + service + "/x" },
			"this machine": func(n *notify.Subscription) { n.Endpoint = "https://127.0.0.1/" },
			"long":         func(n *notify.Subscription) { n.Endpoint += strings.Repeat("x", 1000) },
			"no key":       func(n *notify.Subscription) { n.P256dh = "" },
			"no point":     func(n *notify.Subscription) { n.P256dh = base64.RawURLEncoding.EncodeToString(make([]byte, 65)) },
			"short secret": func(n *notify.Subscription) { n.Auth = "AAAA" },
		} {
			wrong := good
			change(&wrong)
			if err := s.Subscribe(t.Context(), s.thread.Number, wrong, "en"); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Subscribe(t.Context(), 999_999, good, "en"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such thread: %v", err)
		}
		for range 3 {
			if err := s.Subscribe(t.Context(), s.thread.Number, good, "en"); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.subscriptions(); n != 1 {
			t.Errorf("%d subscriptions of one browser to one thread", n)
		}
	})
}
