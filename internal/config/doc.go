// Package config reads the settings of a site: into one typed struct, from the
// defaults, a TOML file, the environment and the command line, each over the
// one before it.
//
// The file is the one that --config or MOOT_CONFIG names; without either it is
// moot.toml in the data folder, if there is one. A setting has one name
// everywhere: post-length in the file, MOOT_POST_LENGTH in the environment,
// --post-length on the command line.
//
// Laws:
//
//   - Every setting stands in one row of one table (settings.go): its name,
//     group, meaning, default and how its text is read. Flags, help, file,
//     environment and the listing of `moot config` are all made of that table.
//   - Nothing is passed over. A name that is no setting is an error with the
//     nearest one that is; a bad value is an error that names the setting, where
//     it was set, the value and what would be right. All mistakes are told at
//     once, a line each. Only MOOT_TEST_… variables are left alone: they belong
//     to the tests.
//   - An empty environment variable counts as not set.
//   - Of each setting it is known where its value came from.
//   - A password in a database address is never shown, in errors neither.
//   - It opens nothing but the file: whether a folder can be read or a port be
//     had is for whoever uses it to find out.
//
// Only cmd/moot imports this package; every other room is handed values.
package config
