package event

import "fmt"

// String is the cursor for a reader that keeps it in a table of its own.
func (c Cursor) String() string { return fmt.Sprintf("%d.%d", c.born, c.number) }

// ParseCursor reads what String gave.
func ParseCursor(s string) (c Cursor, err error) {
	if _, err := fmt.Sscanf(s, "%d.%d", &c.born, &c.number); err != nil {
		return Cursor{}, fmt.Errorf("event: %q is no cursor: %w", s, err)
	}
	return c, nil
}
