package blob

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// arrivals is the folder where files are written before they get their name.
// No name can lead into it: '_' is in none.
const arrivals = "_arriving"

// leftover is how old a file in arrivals must be for nobody to be writing it,
// in this process or in another that shares the folder.
const leftover = time.Hour

// folder is a Store on a disk. A name is a path in it.
type folder struct {
	root *os.Root
	at   string
	sync func(*os.File) error // (*os.File).Sync; tests watch it and let it fail

	known sync.Map // folders whose own names are on the disk, by path
}

func openFolder(ctx context.Context, at string) (*folder, error) {
	if at == "" {
		return nil, errors.New("file: wants a folder")
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		return nil, cannotUse(at, "made", err)
	}
	root, err := os.OpenRoot(at)
	if err != nil {
		return nil, cannotUse(at, "entered", err)
	}
	f := &folder{root: root, at: at, sync: (*os.File).Sync}
	err = f.clear(ctx)
	if err == nil {
		err = f.try()
	}
	if err != nil && !Full(onDisk(at, err)) { // what lies on a full disk can be read
		root.Close()
		return nil, cannotUse(at, "written", err)
	}
	return f, nil
}

// lookIn opens a folder as it is.
func lookIn(at string) (*folder, error) {
	root, err := os.OpenRoot(at)
	if err != nil {
		return nil, fmt.Errorf("the folder of files: %w", err)
	}
	return &folder{root: root, at: at, sync: (*os.File).Sync}, nil
}

// clear makes the folder of arrivals, and removes what a process that died left
// in it.
func (f *folder) clear(ctx context.Context) error {
	if err := f.root.MkdirAll(arrivals, 0o700); err != nil {
		return err
	}
	left, err := fs.ReadDir(f.root.FS(), arrivals)
	if err != nil {
		return err
	}
	for _, entry := range left {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && time.Since(info.ModTime()) < leftover {
			continue
		}
		if err := f.root.Remove(path.Join(arrivals, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (f *folder) Put(ctx context.Context, name string, content []byte, contentType string) error {
	if err := errors.Join(check(name), checkType(name, contentType)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.refused(f.put(name, content))
}

// refused makes ours of an error of the disk.
func (f *folder) refused(err error) error { return unavailable(onDisk(f.at, err)) }

// put writes a file beside the others, syncs it, and gives it its name: a crash
// at any point leaves the name with nothing or with all of it. The folder is
// synced last, so that the name is on the disk too.
func (f *folder) put(name string, content []byte) error {
	in := path.Dir(name)
	if err := f.makeFolder(in); err != nil {
		return err
	}
	arriving := path.Join(arrivals, strings.ToLower(rand.Text()))
	if err := f.write(arriving, content); err != nil {
		return errors.Join(err, f.root.Remove(arriving))
	}
	if err := f.root.Rename(arriving, name); err != nil {
		f.known.Clear() // somebody may have removed the folder
		return errors.Join(err, f.root.Remove(arriving))
	}
	return f.syncFolder(in)
}

func (f *folder) write(name string, content []byte) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return errors.Join(err, file.Close())
	}
	return errors.Join(f.sync(file), file.Close())
}

// makeFolder makes a folder and those above it, and sees to it that their names
// are on the disk. One that is there already may be another's work that isn't
// yet: it is synced too, once for each process.
func (f *folder) makeFolder(name string) error {
	if _, ok := f.known.Load(name); ok || name == "." {
		return nil
	}
	above := path.Dir(name)
	if err := f.makeFolder(above); err != nil {
		return err
	}
	if err := f.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := f.syncFolder(above); err != nil {
		return err
	}
	f.known.Store(name, nil)
	return nil
}

// syncFolder puts the names in a folder on the disk. Windows can't, and needs
// not be told.
func (f *folder) syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.sync(d), d.Close())
}

func (f *folder) Open(ctx context.Context, name string) (*File, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := f.root.Open(name)
	if absent(err) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, unavailable(err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, unavailable(errors.Join(err, file.Close()))
	}
	if !info.Mode().IsRegular() { // a folder of files
		return nil, errors.Join(fs.ErrNotExist, file.Close())
	}
	return &File{file, info.Size(), info.ModTime(), TypeOf(name)}, nil
}

// absent reports whether an error says that there is no file of that name, nor
// can be where a part of the name is one.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// Delete leaves folders, empty ones too: another may be putting a file there.
func (f *folder) Delete(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := f.root.Lstat(name)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		err = f.root.Remove(name)
	}
	if err == nil {
		err = f.syncFolder(path.Dir(name))
	}
	if absent(err) {
		return nil
	}
	return unavailable(err)
}

func (f *folder) Each(ctx context.Context, after string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if _, err := f.walk(ctx, ".", after, yield); err != nil {
			yield(Entry{}, unavailable(err))
		}
	}
}

// walk yields the files of a folder and of those in it. more is false where no
// more are wanted.
func (f *folder) walk(ctx context.Context, in, after string, yield func(Entry, error) bool) (more bool, err error) {
	entries, err := fs.ReadDir(f.root.FS(), in)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(asListed(a), asListed(b)) })
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		name := path.Join(in, entry.Name())
		if check(name) != nil { // arrivals, and what isn't ours
			continue
		}
		if entry.IsDir() {
			if beginning := name + "/"; beginning < after && !strings.HasPrefix(after, beginning) {
				continue // all in it come before
			}
			if more, err = f.walk(ctx, name, after, yield); err != nil || !more {
				return false, err
			}
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && (name <= after || !info.Mode().IsRegular()) {
			continue
		}
		if err != nil {
			return false, err
		}
		if !yield(Entry{name, info.Size(), info.ModTime()}, nil) {
			return false, nil
		}
	}
	return true, nil
}

// asListed puts a folder among files where the names in it come: "a-b", "a/c",
// "a0".
func asListed(entry fs.DirEntry) string {
	if entry.IsDir() {
		return entry.Name() + "/"
	}
	return entry.Name()
}

// Ping writes a file and removes it: a folder that can only be read, or a full
// disk, is of no use.
func (f *folder) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.refused(f.try())
}

func (f *folder) try() error {
	name := path.Join(arrivals, strings.ToLower(rand.Text()))
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, 4096))
	return errors.Join(err, file.Close(), f.root.Remove(name))
}

func (f *folder) Close() error { return f.root.Close() }
