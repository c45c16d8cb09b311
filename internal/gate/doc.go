// Package gate says who may work now, who waits for a moment, and who is told
// to come again, where more comes than can be done.
//
// What it promises:
//
//   - No more is at work than gets done without a queue for the processors. How
//     many that is isn't guessed: the gate looks how long what could run waits
//     before it does, lets in less while that is long and more while somebody
//     waits and it is short. (Additive increase, multiplicative decrease: Chiu and
//     Jain, 1989. CockroachDB's admission control goes by the same sign, the queue
//     of the Go scheduler.) What only waits for a database or a disk takes no
//     processor, and so is let in by the hundred.
//   - What matters more comes first, in the order of the classes; but each has a
//     few places that are always its own, so that none is shut out.
//   - While there is a queue that doesn't end, nobody waits longer than Short, and
//     who came last goes first: those still wait for their answer. A queue that
//     comes and goes may take Long, and goes in order, and so do a few who wait: on
//     a machine that is busy with other things they are no crowd. (Controlled delay,
//     RFC 8289, in the form of "Fail at Scale", Maurer, ACM Queue 2015.)
//   - Who would rather wait is not refused for others' sake: who has sent words that
//     would be lost, and who comes to listen, as a thousand do at once when a node
//     starts. They wait for Patient.
//   - Who is refused costs next to nothing.
package gate
