// Package record is a meetup as it is kept, and what its row says may be done with it.
//
// It promises that what belongs to a meetup is read whole: its row, what became of its
// single times, and its clocks; and that who hosts it is kept as a hash that is another
// for each meetup. What may be changed, answered and told is functions without a clock or
// a database.
//
// It owns the tables meetup and meetup_exception; lists of meetups are read by meetup.
package record
