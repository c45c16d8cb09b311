// Package calendar writes calendars that other programs read, and reads those that
// they write: iCalendar, RFC 5545 and, of names and refreshing, RFC 7986.
//
// What it promises of what it writes:
//   - whatever the words are, they are values of their property and nothing more: no
//     line break and no control character of theirs gets through;
//   - lines end with CR LF and are folded at 75 bytes, never within a character;
//   - the zones that events go by are written out with the offsets that Go's own
//     tables have, without end where those follow a rule of the year;
//   - the same calendar is the same bytes.
//
// And of what it reads:
//   - size, lines, depth and numbers are bounded before anything is made of them, and
//     nothing in it is followed, fetched or worked out;
//   - what is wrong with all of it is one fault, what is wrong with one event that
//     event's, each with its line;
//   - times come with a zone of IANA's, or the event says why it has none.
//
// A known sad path: a time that a rule gives and the clocks skip is told by what
// they show then, since a date in a calendar has no other name for it.
package calendar
