// Package wake tells the other nodes of a site to look into the outbox, and
// has this one look when they say so.
//
// What it promises:
//   - a wake-up only says "look": it holds which node says so, and nothing of
//     what happened. The outbox is the truth, and who follows it looks every
//     few seconds anyway; so a wake-up that is lost makes things late, never
//     wrong;
//   - a burst of posts is few wake-ups: however much happens within a breath,
//     the others are told once;
//   - a line that is lost is taken up again by itself. It is told to the log
//     once when it is lost and once when it is back, and then everybody looks,
//     for what was said meanwhile.
//
// By NATS nodes also tell each other words that are nothing of the outbox's: from
// memory to memory, where one that is lost is lost.
//
// Lines are PostgreSQL's LISTEN and NOTIFY, and NATS. A site of one node needs
// none.
package wake
