// Package convene is the way from a board to a date: hands that are up in a city,
// and the poll that opens by itself when there are enough of them.
//
// Its laws (ladder.md 1 and 2):
//   - A hand is somebody's standing wish to meet in a city, without a name. The
//     site keeps a hash of a random token, the city and the week; whoever has the
//     token takes the hand down, renews or moves it. It comes down by itself.
//   - Hands are told of as a number, and below Rules.Shown not even that: one
//     lonely hand must not point at a person.
//   - When Rules.Hands are up in a city where neither a convening nor a meetup
//     stands open, a convening opens by itself, in the transaction in which the
//     last of them went up; never two in one city.
//   - One hand, one mark for each time and place. What a hand marked goes when
//     the hand comes down, and when the convening closes: then only numbers stay.
//   - A convening closes by the rules of Settle, once, by a job.
//   - While the clock is suspect no hand comes down and nothing closes.
//
// The rules are functions without a clock or a database (rules.go). It owns the
// tables hand, hands, convening, convening_choice and mark, and sends the events
// hands.changed, card.changed and convening.tiding.
package convene
