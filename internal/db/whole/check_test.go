package whole_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/db/whole"
)

func TestCheckOfWhatIsWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, deep := range []bool{false, true} {
			wrong, err := whole.Check(t.Context(), d, deep)
			if d.Engine() == db.PostgreSQL && slices.Equal(wrong, []string{"off"}) {
				wrong = nil // a server without checksums says so
			}
			if err != nil || len(wrong) > 0 {
				t.Errorf("deep %v: %q, %v", deep, wrong, err)
			}
		}
	})
}

// A page in the middle of the file is overwritten, as a disk that forgets does.
func TestCheckFindsASpoiltPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "moot.db")
	d, err := db.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(`CREATE TABLE a (b TEXT)`); err != nil {
			return err
		}
		for range 500 {
			if _, err := tx.Exec(`INSERT INTO a VALUES (hex(randomblob(200)))`); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	if _, err := file.WriteAt(make([]byte, page), 20*page); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Open(t.Context(), "sqlite:"+path); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if wrong, err := whole.Check(t.Context(), d, false); len(wrong) == 0 {
		t.Errorf("nothing was found (%v)", err)
	}
}
