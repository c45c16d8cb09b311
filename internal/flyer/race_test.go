//go:build race

package flyer

// raced is whether the race detector watches, by which setting a sheet takes ten times
// as long, and which has nothing to find here: no two goroutines share a sheet.
const raced = true
