// Package recur is at which times something is held: once, or again and again by a
// rule of RFC 5545; and how often that is, in words.
//
// It promises that a rule gives the times that calendars publish for it, that what repeats
// keeps its hour by the clocks of its zone, that each time is known by when it would have
// begun, whatever became of it, and that no rule makes anybody wait: it is held once a day
// at the most, so many times where it ends, and nobody looks further ahead than Ahead
// where it doesn't.
//
// All of it are functions without a clock or a database.
package recur
