// Package lang holds every word that Moot says to a visitor, in every language
// it speaks, and what a language decides besides words: which plural form a
// number takes, how numbers, dates and lists are written, which way lines run.
//
// A catalogue is a flat JSON object in catalogue/, named by its language tag:
// a message's key ("board.new_thread": the room that says it, a dot, what it
// says) to its text, or to an object of CLDR plural forms. {name} stands for an
// argument. The form is chosen by the first argument that is a number, or by
// the one named in "by":
//
//	"board.replies": {"one": "{n} reply", "other": "{n} replies"},
//
// In print/ are the few messages that stand on paper, in languages that no page is in yet:
// a flyer is read where it hangs.
//
// Laws, all held by tests:
//
//   - Every catalogue has the same keys, the same arguments and every plural
//     form its language needs. Keys are sorted, one a line, indented by two
//     spaces: `go test ./internal/lang -sort` writes them so.
//   - Every key that the code or a page names exists with its arguments, and
//     every key is named somewhere, whole, in a string: keys are never composed.
//   - What comes out is plain text, to be escaped by whoever puts it on a page.
//     A text argument can't turn the sentence around it (see isolate). It may
//     therefore hold invisible marks: fine in elements and in attributes meant
//     to be read, wrong in addresses and in the values of form fields.
//   - Everything here may be used by many goroutines at once.
//
// English is the source and the fallback. The voice: plain, warm, short; no
// jargon, no exclamation marks. Greek addresses the reader in the second person
// plural ("Γράψτε", "η πόλη σας"), as a civic notice would, prefers everyday
// words to loans (πίνακας, νήμα, ανάρτηση, περιηγητής; ετικέτα for the poster
// tag), writes ακόμη and τίποτα, and uses full words where English shortens. A
// place's name can't be declined: it stands after a colon, never in a case. Pseudo is no language: it wraps the English so that tests see what
// was cut, glued together or left untranslated, from right to left.
package lang
