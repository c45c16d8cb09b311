package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"moot/internal/blob"
	"moot/internal/db"
	"moot/internal/db/whole"
	"moot/internal/media"
)

// marker is the file that stands among a site's files while it is made of a
// backup: where it is, there is no site.
const marker = "restoring.txt"

const markerText = "A site is being made of a backup here, or somebody stopped while one was. moot restore, run again, begins anew.\n"

// Interrupted tells by an error that a site's files are those of a restore that
// was not finished.
func Interrupted(ctx context.Context, files blob.Store) error {
	there, err := begun(ctx, files)
	if there {
		return errors.New("a restore was begun here and not finished: run moot restore again, or take another place for a new site")
	}
	return err
}

func begun(ctx context.Context, files blob.Store) (bool, error) {
	f, err := files.Open(ctx, marker)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, f.Close()
}

// Target is where a site is to be made.
type Target struct {
	Database string // address, as db.Open takes it
	Files    blob.Store
}

// restoring is what a SQLite database is called until it is whole.
const restoring = ".restoring"

// Restored is what a site was made of.
type Restored struct {
	Header   Header
	Manifest Manifest
	Missing  int // pictures that count as removed, since the backup has not all their files
}

// Restore makes a site of the backup at a path, where there is none: an empty
// database, and no files. It reads the backup twice: first all of it, comparing
// everything and storing its files, then the rows, which are written in one
// transaction, read again from the database and compared. Where it fails, what
// it had made is taken away again.
func Restore(ctx context.Context, path string, ids Identities, to Target, see func(Progress)) (done Restored, err error) {
	if done.Header, err = begins(ctx, path, ids); err != nil {
		return done, err
	}
	if err := to.free(ctx); err != nil {
		return done, err
	}
	if err := to.Files.Put(ctx, marker, []byte(markerText), blob.TypeOf(marker)); err != nil {
		return done, err
	}
	if err := to.build(ctx, path, ids, &done, see); err != nil {
		if ctx.Err() != nil { // a database may tell of that as of a broken connection
			err = ctx.Err()
		}
		return done, errors.Join(err, to.clear(context.WithoutCancel(ctx)))
	}
	if err := to.Files.Delete(ctx, marker); err != nil {
		return done, fmt.Errorf("the site is whole, but its file %s can't be deleted, and has to be before it starts: %w", marker, err)
	}
	return done, nil
}

// Restorable reports whether the identities open a backup, and whether it is
// one that this moot can restore. It touches nothing.
func Restorable(ctx context.Context, path string, ids Identities) error {
	_, err := begins(ctx, path, ids)
	return err
}

// errEnough ends a reading of which no more is wanted.
var errEnough = errors.New("enough")

// begins reads a backup's header, and refuses one that can't be restored here.
func begins(ctx context.Context, path string, ids Identities) (h Header, err error) {
	h, _, err = each(ctx, path, ids, taker{header: func(h Header) error {
		newest, err := db.NewestSchema()
		if err == nil && (h.Schema > newest || h.Schema < 1) {
			err = fmt.Errorf("the backup is of schema %d, and this moot is at %d: restore it with the moot that made it, or a newer one", h.Schema, newest)
		}
		if err == nil {
			err = errEnough
		}
		return &taking{err}
	}}, func(Progress) {})
	if err == errEnough {
		err = nil
	}
	return h, err
}

// file is the path of the target's database where it is a SQLite file, or "".
func (to Target) file() string {
	path, _ := strings.CutPrefix(to.Database, "sqlite:")
	if path == to.Database {
		return ""
	}
	return path
}

// free finds out that there is no site where one is to be made. What a restore
// left that was not finished is taken away.
func (to Target) free(ctx context.Context) error {
	empty, err := to.empty(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return errors.New("there is a site already: its database is not empty. A backup is restored into an empty folder (--data) or database, and only there")
	}
	left, err := begun(ctx, to.Files)
	if err != nil {
		return err
	}
	if left {
		return to.clear(ctx)
	}
	for f, err := range to.Files.Each(ctx, "") {
		if err != nil {
			return err
		}
		return fmt.Errorf("there are files already where the site's are to be (%s): a backup is restored to where there are none", f.Name)
	}
	return nil
}

// empty reports whether the database holds nothing.
func (to Target) empty(ctx context.Context) (bool, error) {
	if path := to.file(); path != "" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
	}
	d, err := db.Open(ctx, to.Database)
	if err != nil {
		return false, err
	}
	empty, err := whole.Empty(ctx, d)
	return empty, errors.Join(err, d.Close())
}

// clear takes away what was made and is no site: the files, and the database
// where it is one. It leaves everything where the database is not empty, since
// nobody knows then what became of the last transaction.
func (to Target) clear(ctx context.Context) error {
	empty, err := to.empty(ctx)
	if err != nil || !empty {
		return err
	}
	if err := to.unbuilt(); err != nil {
		return err
	}
	for f, err := range to.Files.Each(ctx, "") {
		if err != nil {
			return err
		}
		if f.Name == marker {
			continue
		}
		if err := to.Files.Delete(ctx, f.Name); err != nil {
			return err
		}
	}
	return to.Files.Delete(ctx, marker)
}

// unbuilt removes a SQLite database that isn't whole.
func (to Target) unbuilt() error {
	path := to.file()
	if path == "" {
		return nil
	}
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(path + restoring + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// build makes the site. It returns nil once that is whole.
func (to Target) build(ctx context.Context, path string, ids Identities, done *Restored, see func(Progress)) error {
	stored := map[string]bool{}
	var err error
	done.Header, done.Manifest, err = each(ctx, path, ids, taker{file: func(name string, content []byte) error {
		stored[name] = true
		if name == marker {
			return errors.New("the backup has a file that no site has")
		}
		if err := to.Files.Put(ctx, name, content, blob.TypeOf(name)); err != nil {
			return &taking{err}
		}
		return nil
	}}, see)
	if err != nil {
		return err
	}
	address := to.Database
	if path := to.file(); path != "" {
		if err := to.unbuilt(); err != nil {
			return err
		}
		address = "sqlite:" + path + restoring
	}
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	f := filling{ctx: ctx, path: path, ids: ids, done: done, stored: stored, see: see}
	if err := errors.Join(d.WriteAtLeisure(ctx, f.fill), d.Close()); err != nil || to.file() == "" {
		return err
	}
	return name(to.file()+restoring, to.file())
}

// filling fills a database with the rows of a backup.
type filling struct {
	ctx    context.Context
	path   string
	ids    Identities
	done   *Restored
	stored map[string]bool // files
	see    func(Progress)
}

// fill makes the schema that the backup was made of, and its rows; compares
// them; and brings all that up to date.
func (f *filling) fill(tx *db.Tx) error {
	if err := tx.MigrateTo(f.done.Header.Schema); err != nil {
		return err
	}
	tables, err := f.tables(tx)
	if err != nil {
		return err
	}
	if err := f.rows(tx, tables); err != nil {
		return err
	}
	for sequence, last := range f.done.Header.Sequences {
		if err := whole.GoOn(tx, sequence, last); err != nil {
			return err
		}
	}
	if err := f.compare(tx, tables); err != nil {
		return err
	}
	newest, err := db.NewestSchema()
	if err != nil {
		return err
	}
	if err := tx.MigrateTo(newest); err != nil {
		return err
	}
	if f.done.Missing, err = media.Missing(tx, f.done.Manifest.Absent); err != nil {
		return err
	}
	if err := f.named(tx); err != nil {
		return err
	}
	return whole.Sound(tx)
}

// tables are the database's tables that the backup has rows of: all that are
// not left out, with the same columns.
func (f *filling) tables(tx *db.Tx) (map[string]whole.Table, error) {
	all, err := whole.Tables(tx)
	if err != nil {
		return nil, err
	}
	of := map[string]whole.Table{}
	for _, t := range f.done.Header.Tables {
		of[t.Name] = t
	}
	here := copied(all)
	for _, t := range here {
		if got, there := of[t.Name]; !there || !slices.Equal(got.Columns, t.Columns) {
			return nil, fmt.Errorf("the backup's table %s is not that of schema %d", t.Name, f.done.Header.Schema)
		}
	}
	if len(of) != len(here) {
		return nil, fmt.Errorf("the backup has tables that schema %d doesn't have", f.done.Header.Schema)
	}
	return of, nil
}

// rows writes the rows of the backup.
func (f *filling) rows(tx *db.Tx, tables map[string]whole.Table) error {
	p := Progress{Step: Filling}
	for _, sum := range f.done.Manifest.Tables {
		p.Total += sum.Count
	}
	for _, t := range tables {
		if err := whole.Clear(tx, t); err != nil { // of what the schema itself puts there
			return err
		}
	}
	_, _, err := each(f.ctx, f.path, f.ids, taker{
		rows: func(t whole.Table, rows [][]any) error {
			if err := whole.Insert(tx, tables[t.Name], rows); err != nil {
				return &taking{err}
			}
			p.Done += int64(len(rows))
			f.see(p)
			return nil
		},
		file: func(string, []byte) error { return &taking{errEnough} }, // all rows came before
	}, func(Progress) {})
	if err == errEnough {
		err = nil
	}
	return err
}

// compare reads every row that was written.
func (f *filling) compare(tx *db.Tx, tables map[string]whole.Table) error {
	found := Manifest{Header: f.done.Manifest.Header, Tables: map[string]Sum{}, Files: f.done.Manifest.Files}
	for name, t := range tables {
		sum, err := summed(tx, t)
		if err != nil {
			return err
		}
		found.Tables[name] = sum
	}
	if err := f.done.Manifest.compare(found); err != nil {
		return fmt.Errorf("what was written to the database is not what the backup holds: %w", err)
	}
	return nil
}

// summed is the sum of a table's rows.
func summed(tx *db.Tx, t whole.Table) (sum Sum, err error) {
	var line []byte
	err = whole.EachRow(tx, t, func(row []any) (err error) {
		if line, err = appendRow(line[:0], row); err == nil {
			sum.addRow(line)
		}
		return err
	})
	return sum, err
}

// named finds out that every file which a row names was stored.
func (f *filling) named(tx *db.Tx) error {
	names, err := media.StoredFiles(tx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !f.stored[name] {
			return fmt.Errorf("the backup has rows that name the file %s, and not the file", name)
		}
	}
	return nil
}
