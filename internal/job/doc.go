// Package job is work that is to be done at a time: what a noun adds in the
// very transaction that makes it necessary, and what comes round by itself.
//
// What it promises:
//   - a job is there exactly if the transaction that added it was committed, and
//     survives whatever becomes of the node that added it or had it;
//   - one node has it at a time. Who takes one holds it for a minute, and says
//     again and again that they are at it; when they are silent for a minute
//     another takes it over, and whoever comes back too late learns that it is
//     no longer theirs (ErrOvertaken);
//   - work whose effect is one transaction, which calls Turn.Done, is done once,
//     whatever dies when: the job goes with the effect, or neither. Any other is
//     done at least once, and must bear to be done twice;
//   - what fails is tried again, later each time, for about half a day; then it is
//     given up, and kept with the reason for 30 days, in which somebody may want
//     it done again. What comes round by itself is never given up;
//   - while the clock is suspect nothing is taken: a clock that jumps must expire
//     nothing.
//
// A known sad path: nodes compare times, so a node whose clock is more than a
// minute ahead takes what others are still at. Turn.Done then undoes one of the
// two.
//
// It owns the table job. A job holds ids, never text.
package job
