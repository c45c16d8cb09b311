// Package demo is what `moot demo` shows: boards of some cities on which people
// have been talking until now, in the languages of those cities. They are invented,
// and so is all that they say.
//
// It promises that the boards come out the same each time but for numbers and tags,
// at any minute of the day; that one which was interrupted is gone on with; and that
// nothing is written where somebody else has posted.
package demo
