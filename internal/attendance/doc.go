// Package attendance is who says of a meetup that they come, how many those are, and how
// many came.
//
// Its laws (ladder.md 3, security.md 1.7):
//   - Whoever is asked answers coming, maybe or can't, once for each time of a meetup, and
//     may answer otherwise. What is kept of them is a hash that is another for each meetup.
//   - How many answered what is counted as they do, so that the cost of an answer doesn't
//     grow with those there.
//   - 48 hours after the end of a time its answers and notes are deleted; their numbers
//     stay, and what its host told of it.
//
// What may be answered, and by whom a note is read, is for meetup to say. It owns the
// tables rsvp, rsvp_count and meetup_after.
package attendance
