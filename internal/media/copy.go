package media

import (
	"moot/internal/db"
)

// StoredFiles lists the files that rows name, as the store calls them, for who
// copies them.
func StoredFiles(tx *db.Tx) ([]string, error) {
	var names []string
	_, err := db.All(tx, func(scan db.Scan) (_ struct{}, err error) {
		p, err := scanPicture(scan)
		names = append(names, p.stored()...)
		return struct{}{}, err
	}, `SELECT `+columns+` FROM picture p WHERE p.state <> 'removed' ORDER BY p.number`)
	return names, err
}

// Missing has pictures count as removed whose files a copy of the site doesn't
// have, and tells how many there were. Nobody is told: it is for a site that
// nobody reads yet.
func Missing(tx *db.Tx, files []string) (int, error) {
	gone := map[int64]bool{}
	for _, file := range files {
		if number, _, ok := parseName(base(file)); ok {
			gone[number] = true
		}
	}
	for number := range gone {
		if _, err := tx.Exec(`UPDATE picture SET state = 'removed', pdq = $2 WHERE number = $1`, number, []byte{}); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}
