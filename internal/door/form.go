package door

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"sync/atomic"
	"unicode/utf8"
)

// File is a file of a form, in memory. Its name is never looked at.
type File struct {
	Field  string // of the form
	Bytes  []byte
	TooBig bool // it was longer than the form takes; Bytes is empty
}

// Limits bound a form with files (RFC 7578).
type Limits struct {
	Words int64 // bytes of all fields that are no files
	Files int   // files
	File  int64 // bytes of a file
	All   int64 // bytes of the whole form; more is refused, whatever it is
}

// Room is the memory, in bytes, that all forms with files may hold at once.
type Room struct {
	size int64
	held atomic.Int64
}

// NewRoom is room for so many bytes.
func NewRoom(size int64) *Room { return &Room{size: size} }

func (r *Room) take(n int64) bool {
	if r.held.Add(n) > r.size {
		r.held.Add(-n)
		return false
	}
	return true
}

// What a form can be refused for as a whole.
var (
	ErrTooMuch = errors.New("door: the form is too big")
	ErrNoRoom  = errors.New("door: there is no room for the files of this form now")
	ErrUnread  = errors.New("door: the form can't be read")
)

// ReadForm reads a form with files into memory: its words, and its files in
// order. A file that is too big, or one too many, comes back without its bytes
// and TooBig, so that the form can be given back with its words. Done gives
// back the room that the files take; it is to be called, whatever came of it.
func ReadForm(w http.ResponseWriter, r *http.Request, limits Limits, room *Room) (words url.Values, files []File, done func(), err error) {
	form := &reading{limits: limits, room: room, words: url.Values{}}
	done = func() { room.held.Add(-form.held) }
	r.Body = http.MaxBytesReader(w, r.Body, limits.All)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, done, ErrUnread
	}
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return form.words, form.files, done, nil
		}
		if err == nil {
			err = form.read(part)
		}
		if err != nil {
			return nil, nil, done, reason(err)
		}
	}
}

func reason(err error) error {
	large := (*http.MaxBytesError)(nil)
	switch {
	case errors.Is(err, ErrTooMuch), errors.Is(err, ErrNoRoom):
		return err
	case errors.As(err, &large):
		return ErrTooMuch
	}
	return ErrUnread
}

// reading is a form that is being read.
type reading struct {
	limits Limits
	room   *Room
	held   int64
	letter int64
	words  url.Values
	files  []File
}

func (f *reading) read(part *multipart.Part) error {
	name := part.FormName()
	if name == "" || !utf8.ValidString(name) {
		return ErrUnread
	}
	_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ErrUnread
	}
	if _, file := disposition["filename"]; file {
		return f.readFile(name, part)
	}
	return f.readWords(name, part)
}

func (f *reading) readWords(name string, part io.Reader) error {
	left := f.limits.Words - f.letter
	value, err := io.ReadAll(io.LimitReader(part, left+1))
	if err != nil {
		return err
	}
	if int64(len(value)) > left {
		return ErrTooMuch
	}
	f.letter += int64(len(value) + len(name))
	f.words.Add(name, string(value))
	return nil
}

// piece is how much of a file is read between two looks at the room.
const piece = 64 << 10

func (f *reading) readFile(name string, part io.Reader) error {
	file := File{Field: name, TooBig: len(f.files) >= f.limits.Files}
	if len(f.files) > f.limits.Files { // it was said already that there are too many
		_, err := io.Copy(io.Discard, part)
		return err
	}
	for !file.TooBig {
		if !f.room.take(piece) {
			return ErrNoRoom
		}
		f.held += piece
		start := len(file.Bytes)
		file.Bytes = append(file.Bytes, make([]byte, piece)...)
		n, err := io.ReadFull(part, file.Bytes[start:])
		file.Bytes = file.Bytes[:start+n]
		if int64(len(file.Bytes)) > f.limits.File {
			file.TooBig = true
			break
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			if len(file.Bytes) > 0 { // a file input that was left empty sends an empty file
				f.files = append(f.files, file)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	file.Bytes = nil
	f.files = append(f.files, file)
	_, err := io.Copy(io.Discard, part)
	return err
}
