// Package outage keeps the operator's log readable while something that the site
// needs is away: a database, a store of files.
//
// What it promises:
//
//   - The first line of an outage says that it begins, what is away and why; a last
//     one that it is over, how long it took and how many lines weren't written.
//   - Between them there is a line for every cause that wasn't named yet, and for
//     everything that is no outage (a fault of another kind than Unavailable),
//     whoever writes it.
//   - An outage is over when nothing has failed by it for Calm. What follows the
//     site's events tries again every few seconds, so that one of the database is seen
//     to last where nobody asks for anything.
package outage
