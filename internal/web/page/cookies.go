package page

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"moot/internal/key"
)

// tokenLife is how long a browser keeps its token (see key.Actor) after it last
// posted.
const tokenLife = 60 * 24 * time.Hour

// tokenCookie is the name of the token's cookie. A browser takes the __Host-
// prefix only with Secure, which plain http (an onion address) can't have.
func (s *Site) tokenCookie() string {
	if s.secure {
		return "__Host-moot"
	}
	return "moot"
}

// Actor is who the request comes from: the browser with the token that it
// brought, or got by this request, or anyone.
func (q *Request) Actor() key.Actor {
	if q.actor.Known() {
		return q.actor
	}
	if cookie, err := q.R.Cookie(q.Site.tokenCookie()); err == nil {
		if actor, ok := key.Parse(cookie.Value); ok {
			return actor
		}
	}
	return key.Anyone
}

// KeepActor is Actor with a token, made now where the browser has none, kept
// for another 60 days. Call it only when something is posted, and before the
// answer is written.
func (q *Request) KeepActor() (key.Actor, error) {
	if q.actor.Known() {
		return q.actor, nil
	}
	actor := q.Actor()
	if !actor.Known() {
		var err error
		if actor, err = key.Fresh(rand.Reader); err != nil {
			return key.Anyone, err
		}
	}
	q.cookie(q.Site.tokenCookie(), actor.Token(), tokenLife)
	q.actor = actor
	return actor, nil
}

// handsCookie holds the tokens of a browser's hands. They are others than that of
// its posts, so that nothing ties the two.
func (s *Site) handsCookie() string {
	if s.secure {
		return "__Host-hands"
	}
	return "hands"
}

// mostHands is how many tokens are read of a cookie.
const mostHands = 8

// Hands are the owners of the hands that this browser says it has.
func (q *Request) Hands() (owners []key.Actor) {
	cookie, err := q.R.Cookie(q.Site.handsCookie())
	if err != nil {
		return nil
	}
	for token := range strings.SplitSeq(cookie.Value, ".") {
		if owner, ok := key.Parse(token); ok && len(owners) < mostHands && !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
	}
	return owners
}

// KeepHands has the browser keep the tokens of its hands, for as long as one of
// them may be up. Call it only when a form was sent.
func (q *Request) KeepHands(owners []key.Actor, life time.Duration) {
	tokens := make([]string, len(owners))
	for n, o := range owners {
		tokens[n] = o.Token()
	}
	if len(tokens) == 0 {
		life = -time.Second // the cookie goes
	}
	q.cookie(q.Site.handsCookie(), strings.Join(tokens, "."), life)
}

// FreshCookie is what a browser has for a moment after it sent a form: it is
// shown no page that was made before. A cache in front of the site has to let it
// through.
const FreshCookie = "moot-fresh"

const freshTime = 10 * time.Second

// ticketCookie holds the ticket of a browser without script that began to write.
const ticketCookie = "moot-ticket"

// LendTicket gives a browser a ticket for the form that it writes in. One that it
// has and that is good still is as good as another.
func (q *Request) LendTicket() {
	if _, good := q.Site.Guard.Look(q.LentTicket()); !good {
		t := q.Site.Guard.Issue()
		q.cookie(ticketCookie, t.Text, t.Life)
	}
}

// LentTicket is the ticket that the browser was lent, or "".
func (q *Request) LentTicket() string {
	c, err := q.R.Cookie(ticketCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func (q *Request) cookie(name, value string, life time.Duration) {
	http.SetCookie(q.W, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: q.Site.secure, SameSite: http.SameSiteLaxMode,
	})
}

const choiceLife = 365 * 24 * time.Hour

// choose settles language and theme: what the address asks for (which is then
// remembered), else what was remembered, else what the browser wishes.
func (q *Request) choose() {
	query := q.R.URL.Query()
	if l, ok := q.Site.language(query.Get("lang")); ok {
		q.Language = l
		q.cookie("lang", l.Code(), choiceLife)
	} else if c, err := q.R.Cookie("lang"); err == nil {
		q.Language, _ = q.Site.language(c.Value)
	}
	if q.Language == nil {
		q.Language = q.Site.Match(q.R.Header.Get("Accept-Language"))
	}
	if theme := query.Get("theme"); slices.Contains(themes, theme) {
		q.Theme = theme
		q.cookie("theme", theme, choiceLife)
	} else if c, err := q.R.Cookie("theme"); err == nil && slices.Contains(themes, c.Value) {
		q.Theme = c.Value
	} else {
		q.Theme = themes[0]
	}
}
