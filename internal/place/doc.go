// Package place is the gazetteer: every city on earth of 500 people or more,
// its region, its country, its zone, its names in every script, and how to
// find it by any of them.
//
// A place is a city, a region, a country or the world. It has a path, which is
// its address and its board's: "gr/athens", "gr/attica", "gr", "world".
//
// # What it promises
//
//   - No two places have one path; a path is lower-case ASCII, never a word of
//     Reserved, and never changes (see the table paths.tsv.zst and build).
//   - Every city is reached in two steps from its country: by its region, or
//     directly where it has none.
//   - Find takes anything anybody may type, in time bounded by its length.
//   - All is read from one embedded file by Load and never changes after, so
//     everything here may be used by many goroutines at once.
//
// GeoNames knows 199,568 places of this size. 193,283 have boards. The others,
// sections of a city, abandoned and historical places, are found by their
// names, which lead to the board they lie under.
//
// The data is GeoNames' (CC BY 4.0, https://www.geonames.org/); country names
// in the reader's language are CLDR's.
package place
