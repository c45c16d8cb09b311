// Package flyer draws what is printed and hung up to bring people: a poster (A4), a
// handbill (A5), a sheet with tabs to tear off (A4), and a square picture to share.
//
// Its laws:
//   - It is given words and draws all of them, in black on white: the title as large
//     as it can be beside the rest, which shrinks by steps before a word is lost.
//     Nothing leaves its place, whatever its length and script.
//   - A sheet is one page. Its letters are outlines, sharp at any size and the same on
//     every printer; their words lie unseen beneath them, for whoever reads a PDF by
//     ear, searches it or copies from it.
//   - Beside the short address is a QR code of the whole one.
//   - The same words make the same bytes.
//
// It knows nothing of meetups, languages or the site.
package flyer
