package media

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/picture"
)

// alike is how many of the 256 bits two perceptual hashes may differ in and
// still be taken for the same picture, and dull the quality below which a hash
// says too little to go by (PDQ's own advice, ThreatExchange, "The TMK+PDQF
// Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019).
const (
	alike = 31
	dull  = 50
)

// ReadList reads a list of known pictures: a PDQ hash of 64 hexadecimal digits
// a line, with whatever follows a comma or a space left aside. Lines that begin
// with # are passed over.
func ReadList(r io.Reader) ([]picture.PDQ, error) {
	var list []picture.PDQ
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if end := strings.IndexAny(line, ", \t"); end >= 0 {
			line = line[:end]
		}
		hash, err := picture.ParsePDQ(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, hash)
	}
	return list, lines.Err()
}

func errKnown() error { return fault.New(fault.Invalid, "media.known").On("picture") }

// refuseKnown refuses a picture that is like one on a list. A picture whose
// hash says little, a blank one say, is only refused for the very same hash.
func (p *Pictures) refuseKnown(ctx context.Context, made picture.Made) error {
	limit := alike
	if made.Quality < dull {
		limit = 0
	}
	for _, hash := range p.limits.Listed {
		if hash.Distance(made.Hash) <= limit {
			return errKnown()
		}
	}
	var removed []picture.PDQ
	err := p.db.Read(ctx, func(tx *db.Tx) (err error) {
		removed, err = db.All(tx, scanPDQ, `SELECT pdq FROM known_picture`)
		return err
	})
	if err != nil {
		return err
	}
	for _, hash := range removed {
		if hash.Distance(made.Hash) <= limit {
			return errKnown()
		}
	}
	return nil
}

func scanPDQ(scan db.Scan) (hash picture.PDQ, err error) {
	var b []byte
	if err := scan(&b); err != nil {
		return hash, err
	}
	if copy(hash[:], b) != len(hash) {
		return hash, fmt.Errorf("media: a perceptual hash of %d bytes", len(b))
	}
	return hash, nil
}

// Known lists the perceptual hashes of the pictures that stewards put on the
// list, in order: with them another site can refuse the same pictures.
func (p *Pictures) Known(ctx context.Context) (list []picture.PDQ, err error) {
	err = p.db.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = db.All(tx, scanPDQ, `SELECT pdq FROM known_picture ORDER BY pdq`)
		return err
	})
	return list, err
}

// remember puts a picture's hash on the list.
func remember(tx *db.Tx, number int64, at time.Time) error {
	_, err := tx.Exec(`INSERT INTO known_picture (pdq, at) SELECT pdq, CAST($2 AS bigint) FROM picture WHERE number = $1 ON CONFLICT DO NOTHING`, number, at.Unix())
	return err
}
