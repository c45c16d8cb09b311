// Package readerpages are the pages of a reader's own habits: what they follow,
// what they hid, the drafts they left, and how they like to read.
//
// The site keeps nothing of it and is told nothing of it: all of it stands in
// the reader's own browser (boardpages/store.js). What is served is one page,
// the same for everybody, which a module fills; and how many posts a thread
// has, asked for one thread at a time by whoever follows it.
package readerpages
