// Package whole is for those few who take a database as a whole, whatever is in
// it: who copies all its rows, fills an empty one with them, or looks whether what
// it keeps is sound.
//
// What it promises:
//   - Tables lists every table, each after those that it refers to; a row goes out
//     by EachRow and in by Insert with the same values, between engines too.
//   - Check and Sound write nothing.
package whole
