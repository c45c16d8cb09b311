// Package board is the wall: the threads and posts of every place.
//
// Every place has a board from the start; one without posts is quiet. The
// boards of a region, a country and the world are boards too, and what their
// places bring up can be read beneath their own threads (Below).
//
// Its laws:
//   - Everybody may post (order.May). A post is stored whole or not at all,
//     and once: a form that is sent twice finds what it made the first time.
//   - A post has a number that is unique on the site; a thread has its opening
//     post's. Threads stand in the order of the post that bumped them last, so
//     every list is read by key and none by offset.
//   - Nothing of a post leads to who wrote it. The poster tag is made with a
//     key that is destroyed after the day; the delete code is kept as a hash;
//     times are kept to the minute.
//   - Taking back a post erases its text. What others wrote stands: an opening
//     post with replies leaves its thread behind.
//   - The cost of a post doesn't grow with its thread, its board or the site.
//   - A board holds so many threads; the one bumped longest ago leaves it for
//     the archive, where it can be read.
//
// It owns the tables board, thread, post and quote, and sends the events
// thread.started, thread.changed, thread.gone, post.added and post.gone.
package board
