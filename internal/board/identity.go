package board

import (
	"context"
	"fmt"
	"io"

	"moot/internal/db"
)

// Identity is a random number that tells a site from every other: names that
// must never change are made of it, since the site's address may. A copy of the
// site that is opened elsewhere has the same. It is no secret.
type Identity [16]byte

// Identity reads the site's identity, which is made the first time.
func (b *Boards) Identity(ctx context.Context) (id Identity, err error) {
	var fresh Identity
	if _, err := io.ReadFull(b.random, fresh[:]); err != nil {
		return id, err
	}
	err = b.db.Write(ctx, func(tx *db.Tx) error {
		kept, err := secretOr(tx, "identity", fresh[:])
		if err == nil && copy(id[:], kept) != len(id) {
			return fmt.Errorf("board: the site's identity has %d bytes, not %d", len(kept), len(id))
		}
		return err
	})
	return id, err
}
