// Package calendar writes calendars that other programs read, and reads those that
// they write: iCalendar, RFC 5545 and, of names and refreshing, RFC 7986.
//
// What it promises of what it writes:
//   - whatever the words are, they are values of their property and nothing more: no
//     line break and no control character of theirs gets through;
//   - lines end with CR LF and are folded at 75 bytes, never within a character;
//   - the zones that events go by are written out with the offsets that Go's own
//     tables have, without end where those follow a rule of the year;
//   - the same calendar is the same bytes;
//   - a time that a rule gives and the clocks skip is named as the rule gives it, so
//     that a reader finds what was dropped or moved, and held as much later as they
//     skip.
//
// And of what it reads:
//   - size, lines, depth and numbers are bounded before anything is made of them, and
//     nothing in it is followed, fetched or worked out;
//   - what is wrong with all of it is one fault, what is wrong with one event that
//     event's, each with its line;
//   - a series that goes on otherwise from one of its times on is as many events, each of
//     which is known again; single times without their series are one;
//   - times come with a zone of IANA's, or the event says why it has none.
package calendar
