// Package meetuppages is meetups to look at, to answer and to announce: the card on
// a thread, what is coming up in a place, who comes, and calendars to take home.
//
// It promises that each of it works with no account and no script; that of who
// answered nothing is told but numbers, and notes to the host alone; that a calendar
// has all that is to come, a thousand at the most, with what was cancelled of it.
package meetuppages
