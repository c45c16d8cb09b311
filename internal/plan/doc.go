// Package plan is what somebody says of a meetup: its title, when it is, how long, where,
// for how many people and how often.
//
// It promises that what it found right has a title, a start to come by the clocks of its
// place or of the zone that was named, a length from a quarter of an hour to a day (to 31
// where a calendar elsewhere has it), a public place and a rule that ends or is bounded
// (ladder.md 3); that all faults of a form are told at once; that what looks as if
// somebody lives there is asked about; and that what stays as it was isn't asked about
// again.
//
// All of it are functions without a clock or a database.
package plan
