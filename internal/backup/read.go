package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strings"

	"moot/internal/db/whole"
)

// The most that one part may have, in bytes: what is read is held in memory.
const (
	mostText  = 64 << 20 // a header, a manifest, or rows as lines
	mostBytes = 1 << 30  // a file
)

// rowsAtOnce is how many rows a taker is given at the most.
const rowsAtOnce = 1000

// taker takes what a backup holds, as it is read. What it has no function for
// is read and compared, and dropped.
type taker struct {
	header func(Header) error
	rows   func(t whole.Table, rows [][]any) error
	file   func(name string, content []byte) error
}

// reader reads the parts of a backup.
type reader struct {
	tar    *tar.Reader
	taker  taker
	header Header
	tables map[string]whole.Table
	found  Manifest // what was read
}

// read reads a backup, not encrypted, to its end. Its error says that the
// backup is not what it should be, or is the taker's.
func read(from io.Reader, take taker) (Header, Manifest, error) {
	r := &reader{tar: tar.NewReader(from), taker: take, tables: map[string]whole.Table{}, found: Manifest{Tables: map[string]Sum{}}}
	if err := r.begin(); err != nil {
		return r.header, Manifest{}, err
	}
	for {
		name, size, err := r.next()
		if err != nil {
			return r.header, Manifest{}, err
		}
		switch {
		case strings.HasPrefix(name, tablesFolder):
			err = r.rows(name)
		case strings.HasPrefix(name, filesFolder):
			err = r.file(strings.TrimPrefix(name, filesFolder), size)
		case name == manifestName:
			m, err := r.end()
			return r.header, m, err
		default:
			err = fmt.Errorf("it has a part %q, which this moot doesn't know", name)
		}
		if err != nil {
			return r.header, Manifest{}, err
		}
	}
}

// next goes to the next part.
func (r *reader) next() (name string, size int64, err error) {
	h, err := r.tar.Next()
	if err == io.EOF {
		return "", 0, errors.New("it ends before its manifest")
	}
	if err != nil {
		return "", 0, broken(err)
	}
	if h.Typeflag != tar.TypeReg {
		return "", 0, fmt.Errorf("its part %q is no file", h.Name)
	}
	return h.Name, h.Size, nil
}

// broken says what is wrong with a form that can't be read.
func broken(err error) error {
	if errors.Is(err, errDamaged) {
		return err
	}
	return fmt.Errorf("it is no backup of moot's, or was cut short: %w", err)
}

// begin reads the header.
func (r *reader) begin() error {
	name, _, err := r.next()
	if errors.Is(err, errDamaged) {
		return err
	}
	if err != nil || name != headerName {
		return errors.New("it is no backup of moot's: it doesn't begin as one")
	}
	text, err := r.json(&r.header)
	if err != nil {
		return err
	}
	r.found.Header.add(text)
	if r.header.Format != format {
		return fmt.Errorf("it is written in form %d, and this moot reads form %d", r.header.Format, format)
	}
	for _, t := range r.header.Tables {
		if _, twice := r.tables[t.Name]; twice || t.Name == "" || len(t.Columns) == 0 {
			return fmt.Errorf("its header says of the table %q what can't be", t.Name)
		}
		r.tables[t.Name] = t
		r.found.Tables[t.Name] = Sum{}
	}
	if r.taker.header == nil {
		return nil
	}
	return r.taker.header(r.header)
}

func (r *reader) json(into any) (text []byte, err error) {
	if text, err = io.ReadAll(io.LimitReader(r.tar, mostText)); err != nil {
		return nil, broken(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return nil, fmt.Errorf("it is no backup of moot's: %w", err)
	}
	return text, nil
}

// rows reads a part of a table.
func (r *reader) rows(name string) error {
	of, _, _ := strings.Cut(strings.TrimPrefix(name, tablesFolder), "/")
	t, known := r.tables[of]
	if !known {
		return fmt.Errorf("it has rows of %q, which its header doesn't name", of)
	}
	z, err := gzip.NewReader(r.tar)
	if err != nil {
		return broken(err)
	}
	text, err := io.ReadAll(io.LimitReader(z, mostText+1))
	if err != nil {
		return broken(err)
	}
	if len(text) > mostText {
		return fmt.Errorf("its part %s is too large", name)
	}
	sum := r.found.Tables[of]
	var rows [][]any
	for line := range bytes.Lines(text) {
		row, err := parseRow(t, bytes.TrimSuffix(line, []byte{'\n'}))
		if err != nil {
			return err
		}
		sum.addRow(bytes.TrimSuffix(line, []byte{'\n'}))
		if rows = append(rows, row); len(rows) == rowsAtOnce {
			if err := r.give(t, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	r.found.Tables[of] = sum
	return r.give(t, rows)
}

func (r *reader) give(t whole.Table, rows [][]any) error {
	if r.taker.rows == nil || len(rows) == 0 {
		return nil
	}
	return r.taker.rows(t, rows)
}

// file reads a file.
func (r *reader) file(name string, size int64) error {
	if !fs.ValidPath(name) || size > mostBytes {
		return fmt.Errorf("its file %q has a name or a size that can't be", name)
	}
	content, err := io.ReadAll(r.tar)
	if err != nil {
		return broken(err)
	}
	r.found.Files.addFile(name, content)
	if r.taker.file == nil {
		return nil
	}
	return r.taker.file(name, content)
}

// end reads the manifest, and compares what was read with it.
func (r *reader) end() (m Manifest, err error) {
	if _, err := r.json(&m); err != nil {
		return m, err
	}
	if _, err := r.tar.Next(); err != io.EOF {
		if err == nil {
			err = errors.New("more comes after its manifest")
		}
		return m, broken(err)
	}
	return m, m.compare(r.found)
}

// compare says what is not as the manifest says.
func (m Manifest) compare(found Manifest) error {
	if m.Header != found.Header {
		return errors.New("its header is not the one that its manifest tells of")
	}
	if !maps.Equal(m.Tables, found.Tables) {
		for name, sum := range m.Tables {
			if got := found.Tables[name]; got != sum {
				return fmt.Errorf("its rows of %s are not those that its manifest tells of: %d and not %d, or others", name, got.Count, sum.Count)
			}
		}
		return errors.New("it has tables that its manifest doesn't tell of")
	}
	if m.Files != found.Files {
		return fmt.Errorf("its files are not those that its manifest tells of: %d of %d bytes and not %d of %d, or others", found.Files.Count, found.Files.Bytes, m.Files.Count, m.Files.Bytes)
	}
	return nil
}
