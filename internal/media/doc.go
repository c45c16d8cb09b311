// Package media keeps the pictures of a site.
//
// Its laws:
//   - What is kept was made anew out of what was sent (package picture), in a
//     child process (package darkroom). What was sent is never stored.
//   - The same picture is stored once, however many posts show it. Its files
//     are on the disk before the row that names them, and go after it.
//   - Where pictures wait (order.ImagesQueue) nobody but a steward sees one
//     before it was let through. A picture that was removed is gone from every
//     post that showed it, and a known one is not taken in again.
//
// It owns the tables picture, attachment and known_picture, and sends the event
// post.changed.
package media
