// Package atlas draws the outlines of the world and of its countries, for the
// maps that show where boards are.
//
// It holds one sheet for the world and one for nearly every country that the
// gazetteer knows: an outline as SVG path data, and the projection that puts a
// latitude and a longitude on it. The page around it (colours, dots, links) is
// for the doors to make. Nothing is fetched by the reader or by the site: the
// outlines are part of the program. Command build makes them of Natural Earth's
// map, which is in the public domain.
//
// Laws:
//
//   - A country is the one that the gazetteer counts a city to, so that every
//     city is on its country's sheet or known to be off it. It says nothing
//     about whose land anything is.
//   - A country's sheet shows its main part: islands so far off that they would
//     make a speck of it (the Canaries, Hawaii, Alaska, the Azores) are not
//     drawn, and Project says of their cities that they aren't inside.
//   - Countries are drawn to true proportions (Lambert's equal-area projection
//     around each one's middle); the antimeridian cuts none of them.
//   - Sheets stay light: at most 6 KB of outline for a country, 20 KB for the
//     world.
//   - Countries too small to have an outline in the source have none here:
//     Around makes a sheet that just holds their cities.
package atlas
