package queuepages

import (
	"net/http"
	"strings"

	"moot/internal/key"
	"moot/internal/web/page"
)

// steward is who asks: a steward where this browser was let in and its session
// lasts.
func (d *door) steward(q *page.Request) (key.Actor, error) {
	cookie, err := q.R.Cookie(cookieName(q))
	if err != nil {
		return key.Anyone, nil
	}
	return d.passes.Actor(q.Context(), cookie.Value)
}

// cookieName is that of the session: with the prefix that binds it to this
// host where that can be had, on https.
func cookieName(q *page.Request) string {
	if secure(q) {
		return "__Host-steward"
	}
	return "steward"
}

func secure(q *page.Request) bool { return strings.HasPrefix(q.Site.Base, "https://") }

// enter opens a session with a link's secret. It is sent by a form, so that
// nothing that merely looks at links uses one up.
func (d *door) enter(q *page.Request) error {
	session, err := d.passes.Redeem(q.Context(), q.R.PostForm.Get("pass"))
	if err != nil {
		return err
	}
	d.keep(q, session, 0)
	return q.Redirect(http.StatusSeeOther, "/queue")
}

// leave ends the session.
func (d *door) leave(q *page.Request) error {
	cookie, err := q.R.Cookie(cookieName(q))
	if err != nil {
		return d.show(q, "", http.StatusForbidden)
	}
	if err := d.passes.End(q.Context(), cookie.Value); err != nil {
		return err
	}
	d.keep(q, "", -1)
	return q.Redirect(http.StatusSeeOther, "/")
}

func (d *door) keep(q *page.Request, session string, age int) {
	http.SetCookie(q.W, &http.Cookie{
		Name: cookieName(q), Value: session, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: secure(q), SameSite: http.SameSiteStrictMode,
	})
}
