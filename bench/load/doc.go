// Package load asks a server on this machine for as much as it can give, and
// measures what it gets.
//
// It promises:
//
//   - A closed loop: each connection has one request under way and sends the
//     next when the answer is whole, as "wrk -t1 -c64" does. One thread waits for
//     all of them (epoll), so that the load costs the servers little of a small
//     machine.
//   - An open loop (Open): requests are due at a rate, whether those before them
//     were answered or not, as with visitors who know nothing of each other. Each
//     takes a connection that has nothing to do, or a new one, and hangs up after
//     a deadline. A server that is asked for more than it can give is seen by this
//     alone: a closed loop waits for it.
//   - Every answer is read to its end and its status looked at; one of another
//     status than was asked for is counted as wrong.
//   - Only loopback is asked, for a bounded time.
//
// An answer has to say its length (RFC 9110, 8.6) or be one that has no body;
// one that comes in chunks ends the run with an error. It runs on Linux.
package load
