package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // what is stored is one of these three
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"time"

	"moot/internal/blob"
	"moot/internal/db"
)

// Comparison holds the files of a site against the rows that name them, and
// changes neither. A site may run beside it: what comes or goes meanwhile is not
// taken for amiss.
type Comparison struct {
	DB    *db.DB
	Files blob.Store
	Now   time.Time
	// Contents says that every file is read: it is what its row says, to the last
	// byte. Otherwise it is there, and as long.
	Contents bool

	// AtOnce is how many rows are held in memory; 0: as many as is good.
	AtOnce int64
}

// rowsAtOnce is how many rows a comparison holds in memory, which is some 15 MB.
// Where there are more it goes through the rows and the folders in parts.
const rowsAtOnce = 50_000

// Amiss is a file that isn't as its row says.
type Amiss struct {
	Picture int64
	File    string // as the store calls it
	What    string // "isn't there", "is of another size" …, for an operator
}

// Compared is what a comparison came to.
type Compared struct {
	Pictures, Files int64 // rows, and files that they name and that are there
	Bytes           int64
	Missing, Wrong  int64 // files
	// Orphans are files that no row names, older than a site leaves them for the
	// sweep; Others are none of a picture's.
	Orphans, OrphanBytes, Others int64
}

// expected is what a row says of its files.
type expected struct {
	Picture
	sum  [sha256.Size]byte // of the full one
	seen [3]bool           // as in Picture.stored
}

// Run compares, and tells each file that is amiss, and now and then how many
// files of how many it has come to.
func (c Comparison) Run(ctx context.Context, amiss func(Amiss), see func(done, total int64)) (all Compared, err error) {
	if err := c.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM picture WHERE state <> 'removed'`).Scan(&all.Pictures)
	}); err != nil {
		return all, err
	}
	atOnce := c.AtOnce
	if atOnce == 0 {
		atOnce = rowsAtOnce
	}
	parts := min((all.Pictures+atOnce-1)/atOnce, folders)
	parts = max(parts, 1)
	for n := range parts {
		p := part{Comparison: c, low: n * folders / parts, high: (n + 1) * folders / parts, all: &all, amiss: amiss, see: see}
		if err := p.run(ctx); err != nil {
			return all, err
		}
	}
	return all, nil
}

// part is the comparison of the folders from low up to high, which are those of
// the numbers that end so.
type part struct {
	Comparison
	low, high int64
	rows      map[int64]*expected
	all       *Compared
	amiss     func(Amiss)
	see       func(done, total int64)
}

func (p part) run(ctx context.Context) error {
	p.rows = map[int64]*expected{}
	if err := p.DB.Read(ctx, p.read); err != nil {
		return err
	}
	after, end := "", fmt.Sprintf("picture/%03d/", p.high)
	if p.low > 0 {
		after = fmt.Sprintf("picture/%03d/", p.low)
	}
	for file, err := range p.Files.Each(ctx, after) {
		if err != nil {
			return err
		}
		if p.high < folders && file.Name >= end {
			break
		}
		if err := p.file(ctx, file); err != nil {
			return err
		}
		p.see(p.all.Files+p.all.Missing, 3*p.all.Pictures)
	}
	for _, row := range p.rows {
		if err := p.missing(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func (p part) read(tx *db.Tx) error {
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		row := &expected{}
		var sum []byte
		err = scan(append(row.columns(), &sum)...)
		copy(row.sum[:], sum)
		p.rows[row.Number] = row
		return none, err
	}, `SELECT `+columns+`, p.sha FROM picture p WHERE p.state <> 'removed' AND p.number % 1000 >= $1 AND p.number % 1000 < $2`, p.low, p.high)
	return err
}

// file looks at one file of the store.
func (p part) file(ctx context.Context, file blob.Entry) error {
	name := base(file.Name)
	number, _, ok := parseName(name)
	if !ok || file.Name != stored(name, number) {
		p.all.Others++
		return nil
	}
	row := p.rows[number]
	if row == nil {
		if file.Modified.Before(p.Now.Add(-orphanKept)) {
			p.all.Orphans++
			p.all.OrphanBytes += file.Size
		}
		return nil
	}
	for which, named := range row.stored() {
		if named != file.Name {
			continue
		}
		wrong := ""
		if size := int64(row.Bytes); file.Size == 0 || which == 0 && file.Size != size {
			wrong = "is of another size than was stored"
		} else if p.Contents {
			var err error
			if wrong, err = p.content(ctx, file.Name, row, which); errors.Is(err, fs.ErrNotExist) {
				return nil // it went meanwhile, or is missing
			} else if err != nil {
				return err
			}
		}
		row.seen[which] = true
		p.all.Files++
		p.all.Bytes += file.Size
		if wrong != "" {
			p.all.Wrong++
			p.amiss(Amiss{number, file.Name, wrong})
		}
		return nil
	}
	p.all.Others++
	return nil
}

// content says what is wrong with what is in a file, or "". The full picture's
// hash is in its row; the small ones have to be pictures as large as they should
// be.
func (p part) content(ctx context.Context, name string, row *expected, which int) (wrong string, err error) {
	f, err := p.Files.Open(ctx, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if which == 0 {
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return "", err
		}
		if !bytes.Equal(sum.Sum(nil), row.sum[:]) {
			return "holds something else than was stored", nil
		}
		return "", nil
	}
	content, err := io.ReadAll(io.LimitReader(f, largestSmall))
	if err != nil {
		return "", err
	}
	want := [...]Size{row.Size, row.Thumb, row.Large}[which]
	is, kind, err := image.DecodeConfig(bytes.NewReader(content))
	if err == nil && (kind != want.Kind || is.Width != want.Width || is.Height != want.Height) {
		return "holds something else than was stored", nil
	}
	if err == nil {
		_, _, err = image.Decode(bytes.NewReader(content))
	}
	if err != nil {
		return "is spoilt", nil
	}
	return "", nil
}

// largestSmall is more than any small picture has, in bytes.
const largestSmall = 16 << 20

// missing tells of those files of a row that the listing didn't have: they are
// missing if the row still stands, since files are there before their row and
// go after it.
func (p part) missing(ctx context.Context, row *expected) error {
	if row.seen == [3]bool{true, true, true} {
		return nil
	}
	var stands bool
	if err := p.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT EXISTS (SELECT 1 FROM picture WHERE number = $1 AND state <> 'removed')`, row.Number).Scan(&stands)
	}); err != nil || !stands {
		return err
	}
	for which, name := range row.stored() {
		if !row.seen[which] {
			p.all.Missing++
			p.amiss(Amiss{row.Number, name, "isn't there"})
		}
	}
	return nil
}
