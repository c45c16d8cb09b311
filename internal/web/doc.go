// Package web is the HTML door: it listens, finds the handler of an address and
// makes an answer of whatever the handler returns. It decides nothing about
// boards or places; the folders of pages beneath it do the translating.
//
// What it promises:
//
//   - A visitor's address is turned into a guard.Visitor at once. It reaches no
//     handler, no log and no metric; nor do paths, queries, agents or texts.
//   - Every answer carries the headers of page.Harden, errors too.
//   - A request that isn't GET or HEAD and comes from another site is refused
//     (http.CrossOriginProtection, without exceptions); so is a form of another
//     type or size than a form has.
//   - Slow clients hold a connection for a bounded time, and no place in the
//     queue: a form is read before its turn, an answer is in memory before it
//     is sent.
//   - A request that two programs could read in two ways is 400 and the end of
//     its connection, whatever stood before or behind it (framing.go).
//   - Connections are bounded; who comes when all are taken is told when to come
//     again (entrance.go).
//   - More work than gets done in time waits a moment and is then refused in few
//     bytes, before what was sent is read, so that the site stays up (package gate);
//     fewer are let in while those inside wait for long (entrance.go).
//   - A panic is a broken page and a line in the log, nothing more.
//   - Run stops without cutting a request that is being answered.
//
// Addresses: fixed words first ("/find"); the rest begins with the longest
// path of a place, and what follows is looked up among the board's addresses
// (place.go). One pattern has one method; the others get 405.
package web
