// Package meetup is a gathering at a time and a public place: a card, on a thread
// of its own.
//
// Its laws (ladder.md 3, security.md 1.7):
//   - A meetup has a title, a start by the clocks of its place, a length and a public
//     place. What looks as if somebody lives there is asked about. One that came of
//     a convening may still look for its place and for somebody who hosts it.
//   - It is held once or again and again, by a rule of RFC 5545 that the host's
//     clocks follow: 19:00 stays 19:00. Single times can be moved and dropped. A time
//     is known by when it would have begun, whatever became of it.
//   - Only its host, whoever has the token, or a steward changes it. Each change of
//     its time or place raises its sequence; one that is cancelled stays to be seen
//     as cancelled. Its uid never changes.
//   - What hands agreed on stays as they did, whoever of them takes it on: its host
//     adds to it, or leaves it. Where they cancel it, any hand may have it stand again.
//   - For 7 days after the end of a time its host tells how many came, and what came
//     of it. What was announced stays until it is over, though its post is taken back.
//   - Whoever is asked answers coming, maybe or can't, once for each time, and may
//     answer otherwise. Of that the site tells numbers; the notes are for the host
//     alone. Not more people come than there is room for.
//   - The exact spot is told as its host says: to all, or to those who come.
//   - What was changed of it is told with what it was, until it is over; whoever asked
//     is reminded a day before each time, once.
//   - 48 hours after the end answers are deleted and only their numbers stay; the
//     exact spot and the host's hash 7 days after. While the clock is suspect
//     nothing is over and nothing is deleted.
//
// The rules are functions without a clock or a database: plan, what is said of a meetup;
// recur, when it is held; meetup/record, what its row permits. Who comes is
// attendance's, what became of it tiding's. It sends the events card.changed and
// meetup.tiding.
package meetup
