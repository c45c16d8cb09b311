// Package text turns what people write into what others can safely read: a
// cleaned string, a typed tree, and from it HTML, plain text and the posts,
// boards and links it speaks of.
//
// Its laws:
//
//   - Nothing written is lost or refused here. What isn't markup, or is markup
//     that nobody closed, stays on the page as the characters it is.
//   - HTML is made from the tree alone and holds only the elements that
//     Document.HTML names, with no style, script or event attributes, and is
//     well formed whatever was typed.
//   - No line can turn its neighbours around: directional controls are
//     balanced within each line, every line is an element with its own
//     direction, and what stands inside a line but is not the writer's own
//     prose (links, references) is isolated.
//   - Every script is whole: marks that a script needs stay, stacked ones are
//     bounded.
//   - Time and space are linear in the length of the text.
package text
