// Package picture makes what somebody sent into what is kept and shown: a file
// with the pixels of theirs and nothing else, two small ones, a colour to hold
// their place, and a hash by which the picture is known again. It works on bytes
// alone: no process, no network, no files, no database.
//
// It promises:
//
//   - In come JPEG, PNG, GIF and WebP, known by their content, never by a name or
//     a declared type. Out come JPEG, PNG and, where it moves, GIF.
//   - What comes out was encoded here, from pixels. Of Exif, GPS, XMP, IPTC, colour
//     profiles, comments, thumbnails, what stands after the end and whatever else
//     rode along, nothing is left; nor of the colours beneath transparent pixels,
//     nor of a palette's unused ones. What metadata says of the look (orientation,
//     colour profile) is applied before it goes.
//   - Sizes are read from headers and judged before anything is decoded, those of
//     each frame too. What takes more memory than maxWeight isn't begun.
//   - The same bytes make the same files.
//   - Whatever is sent, Make returns: files, or a fault on the field "picture".
//
// What moves in WebP becomes GIF, with its 256 colours a frame and no half
// transparency. What moves too long or too large is kept as its first frame; so
// is an animated PNG, of which only the still picture is read.
//
// The caller is expected to run Make where a crash costs little, and few at once:
// one can take 400 MiB and some seconds.
package picture
