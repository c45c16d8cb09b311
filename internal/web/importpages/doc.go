// Package importpages is where somebody brings a calendar that they have: a file, a
// report of what would become of each of its events, and, once that is confirmed, the
// meetups that came of it.
//
// Nothing is kept of a file before it is confirmed: the report carries on what
// matters of it, which is then read as anew.
package importpages
