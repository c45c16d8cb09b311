// Package meetuppages is meetups to look at, to answer and to announce: the card on
// a thread, what is coming up in a place as a list and by the weeks of a month, and
// who comes. To boards and the front page it brings what is next. A picture of the post
// that announces a meetup stands for it, for as long as readers see it there.
//
// It promises that each of it works with no account and no script; that of who
// answered nothing is told but numbers, and notes to the host alone; that the card
// says to programs what it says to people, as h-event and as schema.org/Event; that a
// month reads no more of the database however much is over.
package meetuppages
