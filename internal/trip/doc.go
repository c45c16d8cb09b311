// Package trip makes tripcodes: marks beside a name by which somebody can be
// known again without an account, from a word that only they know.
//
// Its laws:
//   - The plain mark is the imageboards' own, so that people who have one keep it.
//   - The secure mark is made with the site's own secret and is worth nothing
//     elsewhere.
//   - Every word makes a mark, the same each time.
package trip
