// Package queuepages is where pictures are looked at: the files of those that
// readers see, and for stewards the ones that wait, and the calendars elsewhere that
// the site follows.
//
// A steward comes by a link that whoever runs the machine makes ("moot queue
// link"). It opens for one browser, once, and what it opens ends by itself.
package queuepages
