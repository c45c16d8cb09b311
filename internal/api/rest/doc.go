// Package rest is how a door for programs reads and answers, whatever it is asked.
//
// What it promises:
//   - JSON is read strictly: what isn't known is refused, and so is what is too large.
//   - What goes wrong is a problem (RFC 9457) with the key of its message as code, in
//     words of the language asked for.
//   - Who asks is told apart by the token that they bring (RFC 6750), never by a cookie.
package rest
