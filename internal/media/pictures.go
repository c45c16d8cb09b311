package media

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	"moot/internal/blob"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/picture"
)

// Pictures are the pictures of a site. They are safe for many goroutines.
type Pictures struct {
	db     *db.DB
	clock  *clock.Clock
	outbox *event.Outbox
	files  blob.Store
	room   *darkroom.Darkroom
	limits Limits
	random io.Reader
	counts counts
}

// Limits are what a site takes no pictures beyond. The zero Limits are none.
type Limits struct {
	// Listed are the perceptual hashes of pictures that are not let in, besides
	// those that stewards removed: see ReadList.
	Listed []picture.PDQ
	// Full reports whether the disk has no more room for pictures, so that what
	// is left of it is for words. It is asked for each; nil is never.
	Full func() bool
}

// Open makes the pictures of a site out of what they stand on.
func Open(d *db.DB, c *clock.Clock, outbox *event.Outbox, files blob.Store, room *darkroom.Darkroom, limits Limits) *Pictures {
	return &Pictures{db: d, clock: c, outbox: outbox, files: files, room: room, limits: limits, random: rand.Reader}
}

// minute is the time as it is kept.
func (p *Pictures) minute() time.Time { return p.clock.Now().Truncate(time.Minute) }

// Take makes what somebody sent into a picture that a post can show. It is kept
// for an hour, and after that for as long as a post shows it. Whatever can't be
// taken is a fault on "picture".
func (p *Pictures) Take(ctx context.Context, sent []byte) (_ Picture, err error) {
	defer func(began time.Time) { p.count(began, err) }(time.Now())
	if p.limits.Full != nil && p.limits.Full() {
		return Picture{}, fault.New(fault.Unavailable, "media.no_room").On("picture").After(time.Minute).Because(errCrowded)
	}
	made, err := p.room.Develop(ctx, sent)
	if err != nil {
		return Picture{}, err
	}
	sum := sha256.Sum256(made.Full.Bytes)
	for range 3 { // another may store or sweep the same picture at this moment
		known, err := p.bySum(ctx, sum[:])
		if err == nil {
			return known, nil
		}
		if err != db.ErrNone {
			return Picture{}, err
		}
		if err := p.refuseKnown(ctx, made); err != nil {
			return Picture{}, err
		}
		fresh, err := p.keep(ctx, made, sum[:])
		if err != db.ErrNone {
			return fresh, err
		}
	}
	return Picture{}, fault.New(fault.Unavailable, "media.try_again").On("picture").After(time.Second)
}

// bySum finds a picture that is stored already, and has the sweep leave it
// alone for another hour.
func (p *Pictures) bySum(ctx context.Context, sum []byte) (found Picture, err error) {
	err = p.db.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = scanPicture(tx.Row(`SELECT `+columns+` FROM picture p WHERE p.sha = $1`, sum).Scan)
		return err
	})
	if err != nil {
		return found, err
	}
	if found.State == Removed {
		return found, errKnown()
	}
	err = p.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE picture SET at = CASE WHEN used = 0 THEN $2 ELSE at END WHERE number = $1`, found.Number, p.minute().Unix())
		if err == nil && n == 0 {
			err = db.ErrNone
		}
		return err
	})
	return found, err
}

// keep stores a picture: its files first, then the row that names them. It
// gives db.ErrNone where another stored the same picture meanwhile.
func (p *Pictures) keep(ctx context.Context, made picture.Made, sum []byte) (Picture, error) {
	number, err := p.number()
	if err != nil {
		return Picture{}, err
	}
	md := md5.Sum(made.Full.Bytes)
	fresh := Picture{
		Number: number, Size: size(made.Full), Bytes: len(made.Full.Bytes), Thumb: size(made.Thumb), Large: size(made.Large),
		Colour: int(made.Colour), Moving: made.Moving, MD5: md[:], State: Waiting,
	}
	for name, file := range map[string]picture.File{fresh.File(): made.Full, fresh.ThumbFile(): made.Thumb, fresh.LargeFile(): made.Large} {
		if err := p.files.Put(ctx, stored(name, number), file.Bytes, file.Kind.Type()); err != nil {
			p.discard(context.WithoutCancel(ctx), fresh) // or the next sweep of files does
			return Picture{}, notKept(err)
		}
	}
	err = p.db.Write(ctx, func(tx *db.Tx) error {
		n, err := insertPicture(tx, fresh, sum, made.Hash[:], made.Quality, p.minute())
		if err == nil && n == 0 {
			err = db.ErrNone
		}
		return err
	})
	if err != nil {
		p.discard(context.WithoutCancel(ctx), fresh) // or the next sweep of files does
	}
	return fresh, err
}

// errCrowded is for the operator.
var errCrowded = errors.New("what is left of the disk of files is kept for words: moot doctor says how much that is")

// notKept is why files can't be kept just now.
func notKept(err error) error {
	why := err
	if f := (*fault.Fault)(nil); errors.As(err, &f) && f.Cause != nil {
		why = f.Cause // in words for the operator
	}
	if blob.Full(err) {
		return fault.New(fault.Unavailable, "media.no_room").On("picture").After(time.Minute).Because(why)
	}
	return fault.New(fault.Unavailable, "media.no_store").On("picture").After(5 * time.Second).Because(why)
}

// number draws a number that tells nothing of when it was drawn: clients of
// imageboards read it as a JavaScript number, so it is below 2^53.
func (p *Pictures) number() (int64, error) {
	var b [8]byte
	for {
		if _, err := io.ReadFull(p.random, b[:]); err != nil {
			return 0, err
		}
		if n := int64(binary.BigEndian.Uint64(b[:]) >> 11); n > 1<<40 {
			return n, nil
		}
	}
}

func size(f picture.File) Size { return Size{string(f.Kind), f.Width, f.Height} }

// File is one of a picture's files, open.
type File struct {
	*blob.File
	Name string // on the site
}

// Open opens a file of a picture that readers see, by the name it has on the
// site. For the eyes of a steward (waiting), it opens those that wait too. What
// isn't there, or may not be seen, is fs.ErrNotExist.
func (p *Pictures) Open(ctx context.Context, name string, waiting bool) (File, error) {
	number, which, ok := parseName(name)
	if !ok {
		return File{}, fs.ErrNotExist
	}
	var found Picture
	var seen bool
	err := p.db.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = scanPicture(func(dest ...any) error {
			return tx.Row(`SELECT `+columns+`, p.used > 0 AND (p.state = 'shown' OR p.state = 'waiting' AND EXISTS (SELECT 1 FROM attachment a WHERE a.picture = p.number AND a.free))
				FROM picture p WHERE p.number = $1 AND p.state <> 'removed'`, number).Scan(append(dest, &seen)...)
		})
		return err
	})
	if err == db.ErrNone || err == nil && !seen && !waiting {
		return File{}, fs.ErrNotExist
	} else if err != nil {
		return File{}, err
	}
	file := found.File()
	switch which {
	case "t":
		file = found.ThumbFile()
	case "l":
		file = found.LargeFile()
	}
	f, err := p.files.Open(ctx, stored(file, number))
	return File{f, file}, err
}

// Unposted finds pictures that a form keeps, by number. Those that are no longer there
// are left out.
func (p *Pictures) Unposted(ctx context.Context, numbers []int64) (map[int64]Picture, error) {
	found := map[int64]Picture{}
	if len(numbers) == 0 {
		return found, nil
	}
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		all, err := Find(tx, numbers)
		for _, one := range all {
			found[one.Number] = one
		}
		return err
	})
	return found, err
}

// Firsts are the first pictures of some posts that readers see without asking, by the
// posts' numbers: of a post that has none there is none.
func (p *Pictures) Firsts(ctx context.Context, posts ...int64) (map[int64]Attached, error) {
	firsts := make(map[int64]Attached)
	if len(posts) == 0 {
		return firsts, nil
	}
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		clear(firsts)
		for some := range slices.Chunk(posts, db.MostAtOnce) {
			keys := make([]any, len(some))
			for i, n := range some {
				keys[i] = n
			}
			query, args := firstsAmong.Among(keys)
			found, err := db.All(tx, scanAttached, query, args...)
			if err != nil {
				return err
			}
			for _, a := range found {
				if _, has := firsts[a.Post]; !has && a.Seen() {
					firsts[a.Post] = a
				}
			}
		}
		return nil
	})
	return firsts, err
}
