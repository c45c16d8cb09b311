// Package guard keeps a site usable when some want more of it than is theirs:
// a rate for each visitor, and a ticket in each form that costs a short wait,
// or a little work, and is good once.
//
// Its laws:
//
//   - What is known of a visitor is an HMAC of the address's prefix under a
//     random key. The key lives 30 minutes at most, and it and all that was
//     counted under it are then wiped. None of it can be printed, and none is
//     written anywhere.
//   - What leaves the process, for other nodes of the site (Share), is 20 bits of
//     such an HMAC, under a key of the half hour that no disk holds, and how much was
//     taken. So posts and searches are counted together.
//   - The answer to too much is a wait, never a ban. A hundred people behind
//     one address can all read, and all post within a minute.
//   - State has a fixed size. Visitors that don't fit push out those that were
//     away longest, who lose nothing by it.
//   - A ticket asks for patience alone: no script, no picture, no memory. A
//     proof of work, where script runs, makes the wait nothing.
//   - Of those who come with one ticket one gets through (Redeem), and whoever
//     is then refused for something to mend has it back (GiveBack). Who comes
//     again before it is known what came of the first keeps the ticket and waits:
//     a new one would post the same words twice.
//   - A ticket that one node of a site gave out is good on all, and after a
//     restart (Open). That it is good once on all of them is the board's to see,
//     in the post's own transaction (see Once).
//
// A known sad path: where there is no NATS, or it is lost, each node counts rates and
// the pace of posting for itself.
//
// It owns the table ticket_key.
package guard
