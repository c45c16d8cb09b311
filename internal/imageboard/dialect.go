package imageboard

import (
	"fmt"
	"strings"

	"moot/internal/board"
)

// dialect is one of the two shapes that clients know, where they differ.
type dialect uint8

const (
	fourchan dialect = iota
	vichan
)

// first is the number of a board's first page.
func (d dialect) first() int {
	if d == vichan {
		return 0
	}
	return 1
}

// locked says that a thread takes no replies, in the field of the dialect.
func (d dialect) locked(o *opening) {
	if d == vichan {
		o.Locked = true
	} else {
		o.Closed = true
	}
}

// address is that of a post on another page, in the form by which the dialect's
// clients know a reference.
func (d dialect) address(t board.Target) string {
	name := strings.ReplaceAll(t.Place, "/", ".")
	if d == vichan {
		return fmt.Sprintf("/vichan/%s/res/%d.html#%d", name, t.Thread, t.Number)
	}
	return fmt.Sprintf("/4chan/%s/thread/%d#p%d", name, t.Thread, t.Number)
}

// reference is the address of a post that one in a thread refers to.
func (d dialect) reference(thread int64, t board.Target) string {
	if d == fourchan && t.Thread == thread {
		return fmt.Sprintf("#p%d", t.Number)
	}
	return d.address(t)
}
