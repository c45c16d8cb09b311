// Package machine is the computer that a site runs on: the folder it may use, the
// room there is, and what it lets a program do; and Examine, which tells an
// operator whether a site can run there, and safely.
//
// It promises:
//
//   - Examine writes nothing: no folder, no file, no table. A site may run beside
//     it.
//   - Each finding is one line, in words that say what to do where something is
//     to be done.
//   - What a site does it does too: it opens the database with the same code, and
//     has a picture made by the same worker.
//   - Where a system can't tell something, it says so, and takes nothing for
//     granted.
package machine
