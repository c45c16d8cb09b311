// Package search finds posts by what is written in them.
//
// It follows the outbox and keeps an index of every post that stands: in
// SQLite's FTS5, or in PostgreSQL's tsvector under a GIN index. The words are
// made here, in Go, so that both find the same: folded (package text), and
// where a script has no spaces each two neighbours as a word of their own.
//
// What it promises:
//   - Search answers any string: what is no operator, or is one badly, is words.
//   - Both engines find the same posts in the same order.
//   - A post that was taken back is found no more, and no word of it stays in
//     the index: at once where the site runs, at its next start otherwise.
//   - The work of a search is bounded. It looks at the newest matches first, in
//     stretches, and stops at so many or after so long; what is older is on the
//     next page.
//   - Nothing of who asked, or for what, is kept.
//   - Any number of nodes may follow one outbox: the one that comes second
//     writes nothing.
//
// It owns the tables search_post, search_index and search_reader, reads posts
// through package board, and sends no events.
package search
