package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"moot/internal/fault"
)

func openTestFolder(t *testing.T) (*folder, string) {
	t.Helper()
	at := t.TempDir()
	return open(t, "file:"+at).(*folder), at
}

// everything lists what is in a folder of the disk, folders with a slash.
func everything(t *testing.T, at string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(at, func(name string, e fs.DirEntry, err error) error {
		if within, _ := filepath.Rel(at, name); err == nil && within != "." && within != arrivals {
			names = append(names, filepath.ToSlash(within)+map[bool]string{true: "/"}[e.IsDir()])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// What Put leaves to the disk, in which order: the content before the name, and
// the names of folders before what is in them.
func TestPutSyncsBeforeItNames(t *testing.T) {
	f, at := openTestFolder(t)
	var steps []string
	f.sync = func(file *os.File) error {
		within, _ := filepath.Rel(at, file.Name())
		if strings.HasPrefix(within, arrivals+"/") {
			content, err := os.ReadFile(file.Name())
			if err != nil || string(content) != "content" {
				t.Errorf("%q is synced, %v", content, err)
			}
			within = "file"
		}
		steps = append(steps, within+" "+strings.Join(slices.DeleteFunc(everything(t, at), func(n string) bool { return strings.HasPrefix(n, arrivals) }), " "))
		return file.Sync()
	}
	want := [][]string{
		{". a/", "a a/ a/b/", "file a/ a/b/", "a/b a/ a/b/ a/b/c"},
		{"file a/ a/b/ a/b/c", "a/b a/ a/b/ a/b/c a/b/d"},
	}
	for i, name := range []string{"a/b/c", "a/b/d"} {
		steps = nil
		put(t, f, name, "content")
		if !slices.Equal(steps, want[i]) {
			t.Errorf("putting %s syncs %q, want %q", name, steps, want[i])
		}
	}
	steps = nil
	if err := f.Delete(t.Context(), "a/b/c"); err != nil || !slices.Equal(steps, []string{"a/b a/ a/b/ a/b/d"}) {
		t.Errorf("deleting syncs %q, %v", steps, err)
	}
}

// A folder that another process made may not be on the disk yet.
func TestPutSyncsAFolderOfAnother(t *testing.T) {
	f, at := openTestFolder(t)
	if err := os.Mkdir(filepath.Join(at, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	var synced []string
	f.sync = func(file *os.File) error { synced = append(synced, file.Name()); return nil }
	put(t, f, "a/b", "x")
	if synced[0] != filepath.Clean(at) && synced[0] != at+"/." {
		t.Errorf("synced are %q", synced)
	}
}

func TestASyncThatFails(t *testing.T) {
	for failing := range 4 {
		f, at := openTestFolder(t)
		n := 0
		f.sync = func(*os.File) error {
			if n++; n-1 == failing {
				return syscall.EIO
			}
			return nil
		}
		err := f.Put(t.Context(), "a/b/c", []byte("content"), Opaque)
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, syscall.EIO) {
			t.Errorf("sync %d fails, and Put gives %v", failing, err)
		}
		left := everything(t, at)
		if slices.ContainsFunc(left, func(n string) bool { return strings.HasPrefix(n, arrivals) }) {
			t.Errorf("sync %d fails, and left is %q", failing, left)
		}
		if named := slices.Contains(left, "a/b/c"); named != (failing == 3) {
			t.Errorf("sync %d fails: named: %v", failing, named)
		}
		put(t, f, "a/b/c", "content") // and the next one goes well
		if read(t, f, "a/b/c") != "content" {
			t.Error("it can't be put again")
		}
	}
}

func TestAFolderThatSomebodyRemoved(t *testing.T) {
	f, at := openTestFolder(t)
	put(t, f, "a/b", "x")
	if err := os.RemoveAll(filepath.Join(at, "a")); err != nil {
		t.Fatal(err)
	}
	if err := f.Put(t.Context(), "a/b", nil, Opaque); !fault.Is(err, fault.Unavailable) {
		t.Errorf("put into no folder: %v", err)
	}
	put(t, f, "a/b", "y")
}

func TestLinksLeadNowhereElse(t *testing.T) {
	f, at := openTestFolder(t)
	outside := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(outside, "x"), []byte("secret"), 0o600), os.Symlink(outside, filepath.Join(at, "a")), os.Symlink(filepath.Join(outside, "x"), filepath.Join(at, "b"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a/x", "b"} {
		if file, err := f.Open(t.Context(), name); err == nil {
			t.Errorf("%s opens: %v", name, file)
		}
	}
	if err := f.Put(t.Context(), "a/y", nil, Opaque); err == nil {
		t.Error("a/y is put outside")
	}
	if got := list(t, f, ""); got != nil {
		t.Errorf("listed is %q", got)
	}
}

func TestPermissions(t *testing.T) {
	f, at := openTestFolder(t)
	put(t, f, "a/b", "x")
	for name, want := range map[string]fs.FileMode{"a": 0o700, "a/b": 0o600} {
		if info, err := os.Stat(filepath.Join(at, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestLeftoversAreCleared(t *testing.T) {
	f, at := openTestFolder(t)
	put(t, f, "a", "x")
	old, young := filepath.Join(at, arrivals, "old"), filepath.Join(at, arrivals, "young")
	long := time.Now().Add(-leftover - time.Minute)
	if err := errors.Join(os.WriteFile(old, nil, 0o600), os.WriteFile(young, nil, 0o600), os.Chtimes(old, long, long), os.Chtimes(filepath.Join(at, "a"), long, long)); err != nil {
		t.Fatal(err)
	}
	look, err := Look("file:" + at)
	if err != nil || look.Close() != nil || !slices.Contains(everything(t, at), arrivals+"/old") {
		t.Errorf("who only looks clears away, %v", err)
	}
	if _, err := Look("file:" + filepath.Join(at, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking into a folder that isn't there: %v", err)
	}
	again := open(t, "file:"+at)
	if left := everything(t, at); !slices.Equal(left, []string{arrivals + "/young", "a"}) {
		t.Errorf("left is %q", left)
	}
	if got := list(t, again, ""); !slices.Equal(got, []string{"a"}) {
		t.Errorf("listed is %q", got)
	}
}
