// Package replica knows the servers that follow a PostgreSQL primary, and which of
// them may be asked.
//
// What it promises:
//   - One is asked if it is a copy of the very database, takes no writes, and has all
//     that the primary had so long ago, or less, as it may be behind. A primary that
//     nobody writes to leaves nobody behind.
//   - One that isn't is left alone, of which the log has one line, and another when it
//     is asked again: within a few seconds of being in order.
//
// Whether one has what somebody has to see is for who reads to find out (db).
package replica
