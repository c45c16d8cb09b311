// Package arch holds the laws of the house, as tests that read its source:
// who may import whom, how big things may get, and which tables in docs/ must
// say the same as the code.
//
//	go test ./internal/arch
//
// Its laws:
//
//   - imports: the table house. A new room gets its line there first.
//   - modules: the table modules, and a row in docs/dependencies.md for each
//     direct dependency at the version that go.mod has.
//   - sizes: functions, files, packages, the chain of imports.
//   - what is kept: every column of the schema, as it stands after the last
//     migration, has its row in docs/retention.md.
//   - who may do what: every address that the doors answer has its row in
//     docs/routes.md.
//   - pages: nothing inline, nothing from other hosts, no file that is not
//     embedded and used; no SQL in a door.
//   - no file names a path of somebody's machine or the host of a registry.
//
// A law that fails says what to do. Each is a function of its input that
// returns complaints, and is tried on a small bad input too, so that it can't
// pass by looking at nothing.
package arch
