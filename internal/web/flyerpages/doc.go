// Package flyerpages is what people print and pass on to bring others: flyers of a
// meetup, of a date that is being looked for and of a city's hands, a picture to share,
// a text to copy, and the short addresses that stand on them.
//
// It promises that each of them is in the language of the city unless another is
// asked for, and may carry a second; that what is held back from everybody stands on
// none; that a meetup which is over or cancelled has none. Drawn ones are kept in
// memory, a fixed number of them; one is drawn at a time, and who would wait long is
// sent away.
package flyerpages
