// Package backup copies a whole site into one file, and makes a site of such a
// file again.
//
// What it promises:
//   - A backup is one moment of the site, taken while it runs: all rows of that
//     moment, and every file that they name. Nobody who writes waits for it.
//   - It says the same whichever engine it was taken from, and can be restored
//     into either.
//   - It is encrypted to the recipients (age-encryption.org/v1) before the first
//     byte reaches the disk. Without recipients only whoever says so gets one.
//   - It has its name once it is whole, on the disk, and was read back from
//     there, decrypted and compared. Before that it has another.
//   - Restore makes a site where there is none, of a backup of which every row
//     and file was compared with what the backup says of itself; what it could
//     not finish is no site (Interrupted).
//   - What is left out (Left) is what a site makes anew, and what must not
//     outlive its time in a drawer.
//
// A backup is a tar of, in this order: moot-backup.json (Header), the rows of
// each table as tables/NAME/NNNNNN.jsonl.gz, files/NAME, and manifest.json
// (Manifest). A row is a JSON array of its columns in the header's order, bytes
// in base64. docs/decisions/0016 says why.
package backup
