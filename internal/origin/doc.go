// Package origin is where meetups come from that weren't announced here: calendars
// that people kept elsewhere, and brought.
//
// Its laws:
//   - A calendar is brought to a city as a file, by anybody, or followed from an
//     address, by stewards alone. Nothing happens before whoever brings a file has
//     seen what would become of each event (Look), and then all of it or nothing.
//   - An event is one meetup in a city, however often and by whom it is brought:
//     it is known by its UID. What a calendar says anew changes its meetup; what it
//     has no longer is called off, and stands again if it comes back. A series that goes
//     on otherwise from a time on is one meetup after the other, and neither is doubled.
//   - A file's meetups are changed by a file that comes with the same token, which
//     is their host's too. A calendar that is followed takes over what a file brought.
//   - Only what is public, to come, and at a public place is taken, by the same
//     checks as what is announced here; so many of a file, so many in a day, so many
//     of a look.
//   - What is followed is asked for four times a day at the most, less often while it
//     fails, by one node. Its address is kept sealed, shown to nobody again, and in no
//     message.
//   - Of a UID a hash is kept. Seven days after a meetup is over nothing is left of
//     where it came from but the calendar's name.
//
// It owns the tables calendar, calendar_address and brought.
package origin
