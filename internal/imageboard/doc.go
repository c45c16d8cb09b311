// Package imageboard is the door for the readers that people of imageboards
// have: the read-only JSON of 4chan beneath /4chan and of vichan beneath
// /vichan, out of one code.
//
// What it promises:
//   - Every field has the type that the dialect's clients expect; what isn't so
//     is absent, never null. Flags are 1 or absent.
//   - Thread and post numbers, and 4chan's tim, are integers that JavaScript
//     keeps whole.
//   - 304 by date is never wrong: a change within the minute is not hidden
//     (dates), and 304 by tag never was.
//   - No answer grows without bound: a board lists board.CatalogSize threads, a
//     thread shows its newest wholeThread posts.
//   - A picture that waits for a steward isn't told of.
//
// The id of a board is the path of its place with a dot for the slash:
// "gr.athens". Beside the JSON, the addresses that clients make for people
// (/4chan/gr.athens/thread/1234) lead to the pages.
package imageboard
