// Package font sets text that the server itself draws: the picture of a link,
// a flyer. It holds its fonts in the program, so that a sign looks the same
// wherever the site runs.
//
// Its laws:
//   - One paragraph is set as its script asks: letters are joined, marks placed
//     and runs of the other direction turned (UAX 9), lines broken where they may
//     be (UAX 14).
//   - What no font here can show is left out with its marks, and leaves no box,
//     no gap and no question mark behind.
//   - A text of any length takes bounded time: of more than MaxRunes the rest is
//     cut, with an ellipsis.
//   - The same text and style make the same lines and the same pixels.
//
// A font is unpacked when the first text asks for it and stays: about 1 MB each,
// 13 MB for that of Chinese and Japanese.
//
// The fonts are others' work, unchanged, under licences that stand beside them
// in files: Noto and Nanum Square (SIL Open Font License 1.1), Droid Sans
// Fallback (Apache 2.0), DejaVu Sans (Bitstream Vera). Command build packs them.
package font
