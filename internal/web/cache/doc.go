// Package cache keeps public pages ready to be sent: each a value, rendered once
// and handed to everybody who asks for it.
//
// What it promises:
//
//   - A page is rendered by one of those who ask for it at the same time; the
//     others wait and get the same (single flight).
//   - What moves a page (a topic, see Moved) makes it old, and who asks next gets a
//     new one. While it moves all the time it is rendered once in Calm at the most,
//     and nobody gets one that has been old for longer than that.
//   - Who asks for a fresh page gets one whose rendering began after they asked. All
//     others may be shown one that lags (package lag): it shows at least what had moved it
//     when its making began.
//   - A page that nothing moves is rendered anew after Life, since pages tell how
//     long ago something was.
//   - Where a page can't be made, since the database is away, the one that was there
//     stands in for ten minutes; but not for what is there no more.
//   - Its compressed forms are made when somebody first accepts them, and kept.
//   - It takes no more memory than it was given. What is asked for once makes no
//     room for itself at the cost of what is asked for often (sieve).
//
// It keeps nothing of who asks, and nothing on a disk.
package cache
