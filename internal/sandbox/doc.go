// Package sandbox is how a process gives up, for good, nearly everything that
// it could do, before it touches what strangers sent.
//
// A process that has entered can compute, use the memory it is granted, read
// and write the descriptors it was given, and end. Its laws:
//
//   - It opens no file, makes none, and starts no program, process or thread.
//   - It has no socket and gets none, and signals nobody but itself.
//   - No memory of it becomes code: what is mapped later can't be run.
//   - It can't take any of this back, nor can whatever takes it over.
//   - If it wants more memory or time than it was granted, it dies, alone:
//     where memory runs out for the whole machine it is the first to go, and it
//     waits for everybody else to have had the processor.
//
// On Linux three layers hold this, each without the others: Landlock (no right
// to any file, and from ABI 4 to any TCP port, from 6 to any signal or abstract
// socket of others), a seccomp filter (a list of the system calls that Go's
// runtime makes once it runs; everything else is EPERM), and resource limits.
// Elsewhere there are resource limits where the system is a Unix, and nothing
// where it is not. Held says which layers do.
//
// The filter exists for amd64 and arm64. Before ABI 8 Landlock is a thread's own: only
// a program without cgo can then put all of its threads under it.
package sandbox
