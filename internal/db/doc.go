// Package db opens the database and runs transactions on it.
//
// One text of SQL serves two engines: SQLite, embedded, for a site on one
// machine, and PostgreSQL for a site that outgrew it. The text keeps to their
// common subset: $1 placeholders, no now(), no ILIKE, no identity columns; ids,
// times and case folding are made in Go. Where the engines can't agree, db
// alone knows it: Next, Horizon, HoldRow, and a pair of schema files.
//
// What it promises:
//   - Write returns nil only when what was written is on the disk. On SQLite
//     writes that wait at the same moment share one commit (synchronous=FULL);
//     each is still whole or absent by itself.
//   - Read sees one moment of the database. Where the context allows it to lag that
//     may be one of a replica, which has at least what this node has heard of by
//     Horizon; whatever is wrong with a replica, the primary answers.
//   - What was given to Tx.After runs once, after the commit and never without.
//   - A database that can't answer now is a fault of kind Unavailable. A
//     PostgreSQL server that is stopped, frozen or cut off is told of within a
//     second or so, by a transaction that runs already within ten.
//   - Migrate climbs from every earlier schema, one transaction a step, and
//     refuses a schema newer than it knows without touching it.
//
// Three things save the way to a server and back, and change nothing on SQLite:
// Together sends several statements at once, Later lets those whose results
// nobody waits for go with what comes next or with the commit, and a transaction
// begins with its first statement. Gather has many writes of one kind share a
// transaction and its statements, on both engines.
//
// A function given to Write may run more than once (PostgreSQL asks for a
// retry on conflicts), so it must have no effect but through its Tx. On SQLite
// it holds the only writer: nothing slow belongs in it.
package db
