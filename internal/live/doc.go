// Package live tells those who have a thread or a board open what happens
// there, as it happens: it keeps their connections, follows the outbox, and
// writes them event streams (HTML Standard, 9.2 Server-sent events).
//
// It knows neither HTTP nor HTML. A door hands it connections (Line) and says
// what is told (Source); whoever runs the site shows it the events (See).
//
// What it promises:
//   - What happened is read once and worded once for each language that
//     somebody listens in, however many listen. Where nobody does, nothing is.
//   - Who comes back with the number of the last event they heard is told what
//     they missed, after a restart too. Who was away for longer than the newest
//     events go back, or missed very much, is told to read anew. Something may be
//     told twice at the seam, nothing is left out.
//   - A listener costs no goroutine and no buffer. One that doesn't read holds up
//     nobody: what it is owed waits, up to a bound, and then it is let go, to
//     come back when it can.
//   - How many listen is bounded, for the site and for a visitor.
//   - Close ends all at once.
package live
