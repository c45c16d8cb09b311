package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"moot/internal/db/whole"
)

// format is the version of the form; what another wrote isn't read.
const format = 1

// The names of a backup's parts.
const (
	headerName   = "moot-backup.json"
	manifestName = "manifest.json"
	tablesFolder = "tables/"
	filesFolder  = "files/"
)

// Header is what a backup begins with.
type Header struct {
	Format    int              `json:"format"`
	At        time.Time        `json:"at"`        // of the moment that it holds, to the second
	Engine    string           `json:"engine"`    // that it was taken from
	Schema    int              `json:"schema"`    // version
	Sequences map[string]int64 `json:"sequences"` // numbers drawn last
	Tables    []whole.Table    `json:"tables"`    // each after those it refers to
}

// Manifest is what a backup ends with: what must have been in it.
type Manifest struct {
	Header Digest         `json:"header"` // of the header's text
	Tables map[string]Sum `json:"tables"`
	Files  Sum            `json:"files"`
	Absent []string       `json:"absent,omitempty"` // files that rows name and that were not there when it was their turn
}

// Sum is how much there is of something, and what tells it from anything else.
type Sum struct {
	Count  int64  `json:"count"`
	Bytes  int64  `json:"bytes,omitempty"` // of files
	Digest Digest `json:"digest"`
}

// Digest is the sum of the SHA-256 of every line, as numbers of 256 bits. It
// doesn't ask for the order, which no engine promises. It finds what went wrong;
// against somebody who means to deceive the encryption stands.
type Digest [sha256.Size]byte

func (d *Digest) add(line []byte) {
	sum := sha256.Sum256(line)
	carry := 0
	for i := len(d) - 1; i >= 0; i-- {
		carry += int(d[i]) + int(sum[i])
		d[i] = byte(carry)
		carry >>= 8
	}
}

// MarshalText writes hexadecimal digits.
func (d Digest) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(d[:])), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return fmt.Errorf("%q is no digest", text)
	}
	copy(d[:], b)
	return nil
}

// addRow counts a row, as it is written.
func (s *Sum) addRow(line []byte) {
	s.Count++
	s.Digest.add(line)
}

// addFile counts a file.
func (s *Sum) addFile(name string, content []byte) {
	s.Count++
	s.Bytes += int64(len(content))
	s.Digest.add(fmt.Appendf(nil, "%s %d %x", name, len(content), sha256.Sum256(content)))
}

// appendRow writes a row as a line without its end. The same row is the same
// line, whichever engine it comes from.
func appendRow(line []byte, row []any) ([]byte, error) {
	line = append(line, '[')
	for i, v := range row {
		if i > 0 {
			line = append(line, ',')
		}
		switch v := v.(type) {
		case nil:
			line = append(line, "null"...)
		case int64:
			line = strconv.AppendInt(line, v, 10)
		case bool:
			line = strconv.AppendBool(line, v)
		case []byte:
			line = append(line, '"')
			line = base64.StdEncoding.AppendEncode(line, v)
			line = append(line, '"')
		case string:
			if !utf8.ValidString(v) {
				return nil, errors.New("a text is no UTF-8")
			}
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			line = append(line, text...)
		default:
			return nil, fmt.Errorf("a row can't hold a %T", v)
		}
	}
	return append(line, ']'), nil
}

// parseRow reads a line. It takes what appendRow writes and nothing else.
func parseRow(t whole.Table, line []byte) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil || len(cells) != len(t.Columns) {
		return nil, fmt.Errorf("a row of %s is not one of its %d columns", t.Name, len(t.Columns))
	}
	row := make([]any, len(cells))
	for i, cell := range cells {
		if string(cell) == "null" {
			continue
		}
		v, err := parseCell(t.Columns[i].Kind, cell)
		if err != nil {
			return nil, fmt.Errorf("a row of %s has something else in its column %s than %s", t.Name, t.Columns[i].Name, t.Columns[i].Kind)
		}
		row[i] = v
	}
	again, err := appendRow(make([]byte, 0, len(line)), row)
	if err != nil || !bytes.Equal(again, line) {
		return nil, fmt.Errorf("a row of %s is not written as rows are", t.Name)
	}
	return row, nil
}

func parseCell(kind whole.Kind, cell json.RawMessage) (any, error) {
	switch kind {
	case whole.Int:
		return strconv.ParseInt(string(cell), 10, 64)
	case whole.Bool:
		return strconv.ParseBool(string(cell))
	case whole.Text:
		var s string
		err := json.Unmarshal(cell, &s)
		return s, err
	case whole.Bytes:
		b := []byte{}
		err := json.Unmarshal(cell, &b)
		return b, err
	}
	return nil, fmt.Errorf("no kind %q", kind)
}

// left are the tables that a backup leaves out, and why.
var left = map[string]string{
	"search_post":          "made anew of the posts",
	"search_index":         "made anew of the posts",
	"search_reader":        "a restored site reads its posts from the first",
	"push_reader":          "a restored site tells of what comes after",
	"event":                "everybody who reads it begins anew with a restored site",
	"day_key":              "it must be gone when its day is",
	"pass":                 "nobody stays a steward by a copy",
	"ticket_key":           "who holds a copy could send forms without the wait",
	"calendar_address":     "an address is often a secret, which a copy needn't hold (security.md 1.7)",
	"backup_turn":          "nobody reads it any more",
	"search_index_data":    "a part of search_index",
	"search_index_idx":     "a part of search_index",
	"search_index_config":  "a part of search_index",
	"search_index_docsize": "a part of search_index",
}

// apart are those that a backup has in its header.
var apart = map[string]bool{"sequence": true, "schema_step": true}

// Left reports whether a table is left out of backups.
func Left(table string) bool { return left[table] != "" }

// copied are the tables whose rows a backup holds.
func copied(all []whole.Table) (some []whole.Table) {
	for _, t := range all {
		if !Left(t.Name) && !apart[t.Name] {
			some = append(some, t)
		}
	}
	return some
}
