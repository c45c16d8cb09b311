// Package feed is the door for programs that read on somebody's behalf: feed
// readers, the crawlers of search engines, and whatever draws a card where an
// address of the site is shared.
//
// What it promises:
//   - Feeds are Atom (RFC 4287) in pages (RFC 5005), with threads and replies
//     told as RFC 4685 does. All addresses in them are whole.
//   - The id of a feed and of an entry is made of the site's identity and never
//     changes: not with the site's address, nor with a restart.
//   - What is written comes out as it was, but for characters that XML can't
//     hold. Posts that were taken back and pictures that wait are left out; what
//     a spoiler hides stays hidden.
//   - What is coming up is told as Atom, as a calendar (package calendar) and as
//     GeoJSON (RFC 7946). A feed has an entry for each meetup, updated when it
//     changes; of one that is cancelled it stays, with its reason. On the day before
//     a meetup it has one that reminds of it, until that is over. The feed of one
//     meetup says besides what its last change was: whoever looks in between two of
//     them has an entry for each.
//   - The exact spot of a meetup is in none of them where it isn't told to all.
//   - Somebody who has an answer already gets 304, and never where anything
//     changed, though posts tell their time to the minute only.
//   - The sitemap lists the boards that have posts, and exists only where the
//     site knows its public address.
//   - Of each place and thread there is a sign (package sign), for whatever shows
//     what an address leads to. Drawn ones are kept in memory, a fixed number of
//     them; one is drawn at a time, and who would wait long is sent away.
package feed
