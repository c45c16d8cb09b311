// Package directory knows which boards are not quiet: how lively each is, which
// lie near a place, and where people meet next.
//
// It is read from the database once, kept in memory and moved by the outbox after
// that, so that a map, a list of neighbours or the liveliest boards ask the database nothing. It owns no table.
package directory
