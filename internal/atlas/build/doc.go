// Command build makes the atlas's outlines of their source:
//
//	go run ./internal/atlas/build
//
// It fetches the npm package world-atlas, which is Natural Earth's public
// domain map as TopoJSON, checks its SHA-256 against the one written here, and
// writes internal/atlas/atlas.txt.gz, which atlas embeds. The same source makes
// the same bytes. With -from FILE it takes the package from a file instead.
//
// Countries are drawn from the map of scale 1:10 million, the world from the
// one of 1:110 million; both are then thinned to what a sheet can show. Where
// Natural Earth and the gazetteer don't agree on whose a piece of land is, the
// outlines follow the gazetteer (tables.go), so that no city lies outside its
// country's map.
package main
