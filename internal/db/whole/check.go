package whole

import (
	"context"
	"strings"

	"moot/internal/db"
)

// Check looks whether what the database keeps is whole, and is what it found
// wrong with it, a line each. On SQLite it reads all pages; deep compares every
// index with its table too, which takes a few times as long. On PostgreSQL it
// finds out whether the server sees by itself what a disk has spoilt
// (data_checksums). It writes nothing.
func Check(ctx context.Context, d *db.DB, deep bool) (wrong []string, err error) {
	query, fine := "PRAGMA quick_check(10)", "ok"
	switch {
	case d.Engine() == db.PostgreSQL:
		query, fine = "SHOW data_checksums", "on"
	case deep:
		query = "PRAGMA integrity_check(10)"
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		lines, err := db.All(tx, func(scan db.Scan) (line string, err error) {
			err = scan(&line)
			return line, err
		}, query)
		for _, line := range lines {
			if line != fine {
				wrong = append(wrong, strings.Join(strings.Fields(line), " "))
			}
		}
		return err
	})
	return wrong, err
}
