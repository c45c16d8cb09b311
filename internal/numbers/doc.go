// Package numbers is what the rooms of a site tell its operator on /metrics:
// how full its stores are, how far behind those are who follow, what is late.
//
// None is about a visitor: a number has no label that somebody outside could
// choose. One that can't be read is -1, so that an alert can tell it from nothing.
package numbers
