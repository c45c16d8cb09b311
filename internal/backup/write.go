package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"moot/internal/blob"
	"moot/internal/db"
	"moot/internal/db/whole"
	"moot/internal/media"
)

// Site is what a backup is taken of.
type Site struct {
	DB    *db.DB
	Files blob.Store
}

// chunk is about how many bytes of rows stand in one part of the tar.
const chunk = 1 << 20

// writer writes the parts of a backup.
type writer struct {
	tar      *tar.Writer
	at       time.Time
	manifest Manifest
	see      func(Progress)
}

func newWriter(to io.Writer) *writer {
	return &writer{tar: tar.NewWriter(to), manifest: Manifest{Tables: map[string]Sum{}}, see: func(Progress) {}}
}

// write writes a backup of the site as it is now, not encrypted, and says what
// is in it. Lost are files that rows name still and that aren't there.
func (s Site) write(ctx context.Context, to io.Writer, at time.Time, see func(Progress)) (h Header, m Manifest, lost []string, err error) {
	w := newWriter(to)
	w.at, w.see = at.Truncate(time.Second), see
	var files []string
	err = s.DB.ReadAtLeisure(ctx, func(tx *db.Tx) error {
		h, err = s.header(tx, at)
		if err == nil {
			err = w.json(headerName, h)
		}
		if err == nil {
			err = w.tables(ctx, tx, h.Tables)
		}
		if err == nil {
			files, err = media.StoredFiles(tx)
		}
		return err
	})
	if err == nil {
		err = w.files(ctx, s.Files, files)
	}
	if err == nil {
		lost, err = s.lost(ctx, w.manifest.Absent)
	}
	if err == nil {
		err = w.json(manifestName, w.manifest)
	}
	if err == nil {
		err = w.tar.Close()
	}
	return h, w.manifest, lost, err
}

// header is the header of a backup of what a transaction sees.
func (s Site) header(tx *db.Tx, at time.Time) (h Header, err error) {
	all, err := whole.Tables(tx)
	if err != nil {
		return h, err
	}
	h = Header{Format: format, At: at.UTC().Truncate(time.Second), Engine: tx.Engine().String(), Tables: copied(all)}
	if h.Schema, err = tx.Version(); err != nil {
		return h, err
	}
	if h.Schema == 0 {
		return h, errors.New("there is no site in the database")
	}
	h.Sequences, err = whole.Sequences(tx)
	return h, err
}

// part writes one part whole.
func (w *writer) part(name string, content []byte) error {
	err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: w.at})
	if err == nil {
		_, err = w.tar.Write(content)
	}
	return err
}

func (w *writer) json(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	if name == headerName {
		w.manifest.Header.add(text)
	}
	return w.part(name, text)
}

// tables writes the rows of tables.
func (w *writer) tables(ctx context.Context, tx *db.Tx, tables []whole.Table) error {
	p := Progress{Step: Rows}
	for _, t := range tables {
		n, err := whole.Count(tx, t)
		if err != nil {
			return err
		}
		p.Total += n
	}
	for _, t := range tables {
		var sum Sum
		var lines, line []byte
		parts := 0
		flush := func() error {
			parts++
			packed, err := pack(lines)
			if err != nil {
				return err
			}
			lines = lines[:0]
			return w.part(fmt.Sprintf("%s%s/%06d.jsonl.gz", tablesFolder, t.Name, parts), packed)
		}
		err := whole.EachRow(tx, t, func(row []any) (err error) {
			if line, err = appendRow(line[:0], row); err != nil {
				return fmt.Errorf("a row of %s can't be copied: %w", t.Name, err)
			}
			sum.addRow(line)
			lines = append(append(lines, line...), '\n')
			if p.Done++; len(lines) < chunk {
				return nil
			}
			w.see(p)
			return errors.Join(ctx.Err(), flush())
		})
		if err == nil && len(lines) > 0 {
			err = flush()
		}
		if err != nil {
			return err
		}
		w.manifest.Tables[t.Name] = sum
	}
	w.see(p)
	return nil
}

func pack(lines []byte) ([]byte, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(lines)
	err = errors.Join(err, z.Close())
	return packed.Bytes(), err
}

// files writes files. One that isn't there is noted as absent: somebody may
// have taken it off the site since.
func (w *writer) files(ctx context.Context, store blob.Store, names []string) error {
	p := Progress{Step: Files, Total: int64(len(names))}
	for _, name := range names {
		content, err := readFile(ctx, store, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			w.manifest.Absent = append(w.manifest.Absent, name)
		case err != nil:
			return fmt.Errorf("reading the file %s: %w", name, err)
		default:
			w.manifest.Files.addFile(name, content)
			if err := w.part(filesFolder+name, content); err != nil {
				return err
			}
		}
		p.Done++
		p.Bytes = w.manifest.Files.Bytes
		w.see(p)
	}
	return nil
}

func readFile(ctx context.Context, store blob.Store, name string) ([]byte, error) {
	f, err := store.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(f)
	return content, errors.Join(err, f.Close())
}

// lost are those of the absent files that rows name now.
func (s Site) lost(ctx context.Context, absent []string) (lost []string, err error) {
	if len(absent) == 0 {
		return nil, nil
	}
	err = s.DB.ReadAtLeisure(ctx, func(tx *db.Tx) error {
		named, err := media.StoredFiles(tx)
		for _, name := range absent {
			if slices.Contains(named, name) {
				lost = append(lost, name)
			}
		}
		return err
	})
	return lost, err
}
