// Package bench measures Moot side by side with what it stands on, in one run,
// so that ratios mean something on any machine. See README.md for how to run it
// and what it said last.
package bench
