// Package outside is a site as a visitor finds it, through whatever stands before
// it: Look asks for a few pages and tells an operator what a front server takes
// away, adds or holds back, and which of its settings does.
//
// It promises:
//
//   - It only reads, as somebody does who opens four pages.
//   - It asks the one address it is given, follows nothing, and sends nothing of
//     this machine's but its request.
//   - What can't be seen from outside it doesn't claim: whether a front hands on
//     the addresses that visitors make up (X-Forwarded-For) is not among it.
package outside
