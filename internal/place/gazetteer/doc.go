// Package gazetteer is the form of the gazetteer's file: the tables that place
// holds in memory, how they are written as one compact file, and how a name is
// folded for looking it up. The builder writes the file, place reads it, and
// both fold by the same rules because they are written once, here.
//
// # Its laws
//
//   - Decode(Encode(t)) is t, and Encode of the same tables is the same bytes.
//   - Decode of anything else is an error, never a panic.
//   - Fold never changes without the file being made anew: the file's keys are
//     folded and sorted. It is looser than text.Fold, since it is for finding
//     alone: й counts as и, katakana as hiragana, Hangul by its single letters.
//   - Keys are folded names, sorted by their bytes, each once; Fold(key) = key.
//   - A place is a number: 0 is the world, then countries by code, then regions
//     in their countries' order, then cities, then quarters. The cities of a
//     region lie side by side, the largest first; so do those of a country,
//     the ones without a region last.
package gazetteer
