// Command scale simulates a site that has all the boards there can be, and says
// what it needs: memory for pages that are kept, processors, nodes, disks,
// clusters of databases.
//
//	go run ./bench/scale [-posts 100000000] [-views 100] [-seed 1]
//
// It promises:
//
//   - Places and their people are the gazetteer's, all of them. Who reads and who
//     writes is drawn from a generator with a seed: the same seed gives the same
//     tables.
//   - What a page, a row, a listener or an answer costs is measured (the table in
//     costs.go says by which benchmark); what people do is assumed (the table in
//     world.go); every table that is printed says which it stands on.
//   - It takes less than a minute and asks nobody anything.
package main
