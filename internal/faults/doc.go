// Package faults holds the proof that nothing accepted is lost. It is tests
// alone: the real program is built, run as a process of its own and written to
// over HTTP, while something goes wrong that the program can't prevent.
//
// What its tests promise, whatever the fault:
//   - A post that the site said stands (a redirect to it) is there afterwards,
//     with every word and every picture, once.
//   - A form that got no answer can be sent again, as by a person who presses
//     the button again: it makes one post.
//   - The database is sound (integrity_check on SQLite; counts that agree with
//     rows on both engines), every row of a picture has its files, and the
//     site starts again.
//   - What is due on the way to a meeting is done, once.
//   - What is to be forgotten is in no file of a site once its time is over, and
//     whose a hand is, and from where anybody came, never is.
//
// What goes wrong: the program is killed, and told to stop; the disk is full; the
// clock jumps; PostgreSQL is shut down, killed, frozen, cut off, and cut off at
// the COMMIT of a post; NATS is killed and frozen between two nodes; a newer
// version starts beside an older one.
//
// MOOT_FAULTS=long runs them for longer, as make nightly does; MOOT_FAULTS_SEED
// repeats the random moments of a run, which prints its seed; MOOT_FAULTS_REPORT
// names a file for rows of bench/nightly.md.
package faults
