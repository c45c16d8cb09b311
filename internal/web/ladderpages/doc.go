// Package ladderpages is how far a city has come, and the next thing that anybody
// can do: the strip beneath its board's name, a hand, and the dates that hands
// mark.
//
// It promises that each of it works with no account and no script, that no page
// tells of a hand but as a number, and that a hand's token is shown only to whoever
// has it.
package ladderpages
