// Package operator is the door of who runs the machine: it does what a command
// asks for, shows how far that is where it takes long, and says what came of it,
// in the plain English of the command line.
//
// It promises:
//   - What comes of an act is on standard output, and nothing else; how far it
//     is, and what went wrong beside it, on the other.
//   - A line moves only where somebody looks on. A log gets a line now and then.
package operator
