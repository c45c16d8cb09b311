// Package door is what every door that speaks HTTP has in common: the addresses
// that it answers, how an answer is sent (tags, dates, compression), how a form
// with files is read. Doors never import one another; package web, which
// listens, is given the Routes of all.
//
// What it promises:
//   - an answer that the asker has already is 304 and has no body;
//   - a form with files holds no more memory than there is Room for, however
//     many are sent at once, and nothing of it is written to a disk.
package door
