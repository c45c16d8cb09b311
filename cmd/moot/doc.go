// Moot runs a site with a board for every city on earth.
//
//	moot serve            runs a site
//	moot demo             runs one that has boards to look at
//	moot config           prints every setting
//	moot doctor           looks whether a site can run here, and safely
//	moot place NAME       prints what the gazetteer knows of a place
//	moot version          prints what this is built of
//
// The command wires the rooms of internal/ together and decides nothing else.
//
// What it promises:
//
//   - A start that fails says why in one line on standard error, exits with 1
//     and leaves everything as it was: nothing is written before the settings
//     are read and the listeners are taken. A command that isn't one exits
//     with 2.
//   - SIGTERM and SIGINT stop the site without cutting a request or losing an
//     accepted post, and it exits with 0; a second signal stops it at once.
//   - The log holds no visitor's address or agent, no query and no text.
//   - A crash leaves no memory on a disk, where the system lets a program ask
//     for that.
//   - The demo's boards are written into an empty database only; interrupted,
//     the next start goes on where the last one stopped.
//
// Standard output is for people and pipes: the answer to a command, or the one
// line that says where the site is. The log goes to standard error.
package main
