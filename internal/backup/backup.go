package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"moot/internal/machine"
)

// Made is a backup that was made, read back and compared.
type Made struct {
	Path     string
	Bytes    int64
	Sum      [sha256.Size]byte // of the file
	Header   Header
	Manifest Manifest
	Lost     []string // files that rows name and that are not there: a fault of the site's
}

// Make makes a backup. To is the path of a file that isn't there, or a folder,
// in which it is named after its time (see Expire). Nothing is left where it
// fails.
func (s Site) Make(ctx context.Context, to string, recipients Recipients, now time.Time, see func(Progress)) (made Made, err error) {
	made.Path = to
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		made.Path = filepath.Join(to, named(now, len(recipients) > 0))
	}
	if _, err := os.Lstat(made.Path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return made, fmt.Errorf("%s: %w", made.Path, machine.Reason(err))
		}
		return made, fmt.Errorf("%s is there already: say another name, or a folder", made.Path)
	}
	f, err := os.CreateTemp(filepath.Dir(made.Path), unfinished) // readable by its owner only
	if err != nil {
		return made, fmt.Errorf("a backup can't be written to %s: %w", filepath.Dir(made.Path), machine.Reason(err))
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			os.Remove(f.Name())
		}
	}()
	ids, err := s.fill(ctx, f, recipients, now, &made, see)
	if err == nil {
		err = made.verify(ctx, f, ids, see)
	}
	if err == nil {
		err = name(f.Name(), made.Path)
	}
	return made, err
}

// fill writes a backup into a file and has it on the disk. The identities are
// those that can open it again now.
func (s Site) fill(ctx context.Context, f *os.File, to Recipients, now time.Time, made *Made, see func(Progress)) (Identities, error) {
	sum := sha256.New()
	buffer := bufio.NewWriterSize(f, 1<<18)
	sealed, ids, err := to.seal(io.MultiWriter(buffer, sum))
	if err != nil {
		return nil, err
	}
	made.Header, made.Manifest, made.Lost, err = s.write(ctx, sealed, now, see)
	for _, last := range []func() error{sealed.Close, buffer.Flush, f.Sync} {
		if err == nil {
			err = last()
		}
	}
	if err != nil {
		if disk := (*fs.PathError)(nil); errors.As(err, &disk) && disk.Path == f.Name() {
			err = fmt.Errorf("writing to %s: %w", filepath.Dir(f.Name()), disk.Err)
		}
		return nil, err
	}
	sum.Sum(made.Sum[:0])
	made.Bytes, err = f.Seek(0, io.SeekCurrent)
	return ids, err
}

// verify reads a backup back and compares it with what was written.
func (made *Made) verify(ctx context.Context, f *os.File, ids Identities, see func(Progress)) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	_, m, err := check(ctx, io.TeeReader(f, sum), made.Bytes, ids, taker{}, see)
	if err != nil {
		return fmt.Errorf("what was written can't be read back: %w", err)
	}
	if err := made.Manifest.compare(m); err != nil || [sha256.Size]byte(sum.Sum(nil)) != made.Sum {
		return errors.Join(errors.New("what was read back is not what was written: this disk can't be trusted"), err)
	}
	return nil
}

// name gives a file that is on the disk its name, and has that on the disk too.
func name(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder puts the names in a folder on the disk. Windows can't, and needs
// not be told.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Check reads a backup to its end and compares every row and file with what it
// says of itself.
func Check(ctx context.Context, path string, ids Identities, see func(Progress)) (Header, Manifest, error) {
	return each(ctx, path, ids, taker{}, see)
}

// each gives a taker what the backup at a path holds.
func each(ctx context.Context, path string, ids Identities, take taker, see func(Progress)) (h Header, m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return h, m, fmt.Errorf("the backup %s can't be read: %w", path, machine.Reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return h, m, err
	}
	if !info.Mode().IsRegular() {
		return h, m, fmt.Errorf("the backup %s is no file", path)
	}
	h, m, err = check(ctx, f, info.Size(), ids, take, see)
	if t := (*taking)(nil); errors.As(err, &t) {
		return h, m, t.error
	}
	if err != nil {
		err = fmt.Errorf("the backup %s: %w", path, err)
	}
	return h, m, err
}

// taking is an error of who takes what is read, and not of the backup.
type taking struct{ error }

// check decrypts and reads a backup to the last byte.
func check(ctx context.Context, from io.Reader, size int64, ids Identities, take taker, see func(Progress)) (h Header, m Manifest, err error) {
	plain, err := ids.unseal(&watched{heeding{ctx, from}, Progress{Step: Checking, Total: size}, see})
	if err != nil {
		return h, m, err
	}
	h, m, err = read(plain, take)
	if err == nil {
		// What stands behind the tar's end is nothing; that it ends here is
		// known once its last byte was decrypted.
		_, err = io.Copy(io.Discard, plain)
	}
	return h, m, err
}

// heeding reads until ctx ends.
type heeding struct {
	ctx context.Context
	io.Reader
}

func (h heeding) Read(b []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.Reader.Read(b)
}
