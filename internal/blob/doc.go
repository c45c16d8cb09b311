// Package blob keeps files: in a folder, or in an object store that speaks S3.
// What a file means, who may see it and how long it stays is for the rooms
// that put it here; a row of theirs names it.
//
// Its laws:
//   - Put leaves a file whole or not at all, and returns nil only when it is
//     on the disk (or the object store says so). So a row that is written after
//     it names a file that is there, however the power fails.
//   - A file without a row may be left behind, where the site died in between.
//     Each lists every file, so that whoever owns them can sweep such orphans.
//   - A file is put and deleted, never changed: two Puts of one name must be of
//     the same content, as they are where the name is a hash or a random number.
//   - A name is made of a-z, 0-9, '.', '-' and '/' between its parts, and ends
//     as its content type does (TypeOf). Nothing else gets as far as a disk, and
//     nothing outside the folder can be named, by links neither.
//   - A file that isn't there is fs.ErrNotExist. A disk that is full, a store
//     that doesn't answer: a fault of kind Unavailable, whose cause is a sentence for
//     the operator, without a secret in it.
//   - An object store that says nothing holds nobody for long: one asks it again
//     every second or so, and all others are told at once.
package blob
