// Package page is the ground that every folder of HTML pages stands on: the
// base layout, the stylesheet and modules, the Request that a handler gets and
// the Render that answers it.
//
// What it promises:
//
//   - A page is a Go struct that embeds View and a template of the same folder,
//     tied together by Declare. Templates are read, joined with base.html and
//     escaped once, at start, for every language: a file that nobody declared,
//     a page without a file and a template that can't be escaped stop the start.
//   - Render writes a page whole or not at all: a template that fails becomes
//     the error page, never half a page.
//   - Every page works without script and without a cookie. Nothing inline: no
//     style, no script, no data: address. The header in security.go allows none.
//   - Public pages carry an ETag and may be kept if asked for again; pages made
//     for one visitor (View.Personal) are never stored.
//   - The stylesheet and each module are one file with the hash of its content
//     in its address, so a browser may keep it for ever.
//   - A visitor's address is not here: the door has turned it into a
//     guard.Visitor before a Request is made.
package page
