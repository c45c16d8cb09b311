// Package sign draws the picture that stands for a page where its address is
// shared: a notice on a wall of the place's colour, with the title on it and
// tabs to tear off at its foot.
//
// Its laws:
//   - It shows what its caller gives it and asks nobody: nothing of who looks,
//     who wrote, or when.
//   - Whatever the title's script, length and direction, all letters stand on the
//     notice; what has no room ends in an ellipsis.
//   - The same sign makes the same bytes: some 20 kB, and 50 at the most.
//   - Its colours are the site's (web/page/tokens.css), in light.
package sign
