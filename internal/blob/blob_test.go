package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"moot/internal/fault"
)

// each runs a test on both stores.
func each(t *testing.T, test func(t *testing.T, s Store)) {
	t.Run("folder", func(t *testing.T) { test(t, open(t, "file:"+t.TempDir())) })
	t.Run("bucket", func(t *testing.T) { test(t, open(t, bucketAddress(t))) })
}

func open(t testing.TB, address string) Store {
	t.Helper()
	s, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t testing.TB, s Store, name, content string) {
	t.Helper()
	if err := s.Put(t.Context(), name, []byte(content), TypeOf(name)); err != nil {
		t.Fatalf("putting %s: %v", name, err)
	}
}

func read(t testing.TB, s Store, name string) string {
	t.Helper()
	f, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatalf("opening %s: %v", name, err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	return string(content)
}

func list(t testing.TB, s Store, after string) (names []string) {
	t.Helper()
	for e, err := range s.Each(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, e.Name)
	}
	return names
}

func TestWhatIsPutIsThere(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		before := time.Now().Add(-2 * time.Second)
		big := string(bytes.Repeat([]byte(rand.Text()), 10_000))
		for name, content := range map[string]string{
			"a.jpg": "picture", "ab/cd/e-f.txt": "Καλημέρα", "none": "", "big.zst": big, "..a": "dots",
		} {
			put(t, s, name, content)
			f, err := s.Open(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if err := iotest.TestReader(f, []byte(content)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if f.Size != int64(len(content)) || f.Type != TypeOf(name) || f.Modified.Before(before) || f.Modified.After(time.Now().Add(2*time.Second)) {
				t.Errorf("%s: %d bytes of %d, %s, of %v", name, f.Size, len(content), f.Type, f.Modified)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
		put(t, s, "a.jpg", "picture")
		if got := read(t, s, "a.jpg"); got != "picture" {
			t.Errorf("put again it is %q", got)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("ping: %v", err)
		}
	})
}

func TestReadingFromTheMiddle(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		put(t, s, "a", "0123456789")
		f, err := s.Open(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, c := range []struct {
			offset int64
			whence int
			want   string
		}{{4, io.SeekStart, "45"}, {1, io.SeekCurrent, "78"}, {-3, io.SeekEnd, "78"}, {0, io.SeekEnd, ""}, {0, io.SeekStart, "01"}, {20, io.SeekStart, ""}} {
			if _, err := f.Seek(c.offset, c.whence); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(io.LimitReader(f, 2))
			if err != nil || string(got) != c.want {
				t.Errorf("from %d of %d: %q, %v, want %q", c.offset, c.whence, got, err, c.want)
			}
		}
		if _, err := f.Seek(-1, io.SeekStart); err == nil {
			t.Error("a seek to before the beginning is taken")
		}
	})
}

func TestWhatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		put(t, s, "a/b", "x")
		for _, name := range []string{"none", "a", "a/c", "a/b/c", "c/d"} {
			if f, err := s.Open(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("opening %s gives %v, %v", name, f, err)
			}
			if err := s.Delete(t.Context(), name); err != nil {
				t.Errorf("deleting %s: %v", name, err)
			}
		}
		if got := list(t, s, ""); !slices.Equal(got, []string{"a/b"}) {
			t.Errorf("left is %q", got)
		}
	})
}

func TestDeletedIsGone(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		put(t, s, "a/b", "x")
		f, err := s.Open(t.Context(), "a/b")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for range 2 {
			if err := s.Delete(t.Context(), "a/b"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Open(t.Context(), "a/b"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it opens: %v", err)
		}
		if got := list(t, s, ""); got != nil {
			t.Errorf("it is listed: %q", got)
		}
		put(t, s, "a/b", "y")
		if got := read(t, s, "a/b"); got != "y" {
			t.Errorf("put anew it is %q", got)
		}
	})
}

func TestEachInTheOrderOfNames(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		names := []string{"a-b/z", "a.b", "a/b-", "a/b/c", "a/c", "a0", "b.jpg", "b/0/0", "b/9", "z"}
		for i := range names { // in another order than they are listed
			put(t, s, names[(i*7)%len(names)], names[(i*7)%len(names)])
		}
		for after := range slices.Values([]string{"", "a", "a-b", "a/", "a/b", "a/b/c", "a/b/d", "a/zz", "b", "b/", "y", "zz"}) {
			var want []string
			for _, n := range names {
				if n > after {
					want = append(want, n)
				}
			}
			if got := list(t, s, after); !slices.Equal(got, want) {
				t.Errorf("after %q: %q, want %q", after, got, want)
			}
		}
		for e, err := range s.Each(t.Context(), "a/c") {
			if err != nil || e.Name != "a0" || e.Size != 2 || time.Since(e.Modified).Abs() > time.Hour {
				t.Errorf("the first after a/c is %+v, %v", e, err)
			}
			break
		}
	})
}

func TestEachEndsAtAnError(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		for i := range 3 {
			put(t, s, fmt.Sprint(i), "x")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var errs []error
		for _, err := range s.Each(ctx, "") {
			errs = append(errs, err)
		}
		if len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
			t.Errorf("a listing that nobody waits for gives %v", errs)
		}
	})
}

func TestNames(t *testing.T) {
	long := strings.Repeat("a", longestName)
	each(t, func(t *testing.T, s Store) {
		put(t, s, long[:200]+"/"+long[:54], "x")
		for _, name := range []string{
			"", ".", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/..", "./a", "A", "a b", "a_b", "a\\b", "ä", "a\x00", "a%2f", "c:a",
			arrivals + "/a", long + "a",
		} {
			if err := s.Put(t.Context(), name, nil, TypeOf(name)); err == nil {
				t.Errorf("%q is put", name)
			}
			if _, err := s.Open(t.Context(), name); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("opening %q gives %v", name, err)
			}
			if err := s.Delete(t.Context(), name); err == nil {
				t.Errorf("%q is deleted", name)
			}
		}
		if err := s.Put(t.Context(), "a.jpg", nil, "image/png"); err == nil {
			t.Error("a png is put as .jpg")
		}
		if got := list(t, s, ""); len(got) != 1 {
			t.Errorf("there is %q", got)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				content := strings.Repeat(fmt.Sprintf("%02d", i/2), 50_000)
				name := fmt.Sprintf("%d/%02d.txt", i%3, i/2)
				if err := s.Put(t.Context(), name, []byte(content), TypeOf(name)); err != nil {
					t.Error(err)
				} else if read(t, s, name) != content {
					t.Errorf("%s is not what was put", name)
				}
			})
		}
		all.Wait()
	})
}

func TestNobodyWaits(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, opening := s.Open(ctx, "a")
		for does, err := range map[string]error{"put": s.Put(ctx, "a", nil, Opaque), "open": opening, "delete": s.Delete(ctx, "a"), "ping": s.Ping(ctx)} {
			if !errors.Is(err, context.Canceled) || fault.Is(err, fault.Unavailable) {
				t.Errorf("%s gives %v", does, err)
			}
		}
	})
}

func TestAddresses(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	for _, address := range []string{
		"", "files", "file:", "http://a/b", "s3:", "s3://k:hush@host", "s3://k:hush@/bucket", "s3://host/bucket", "s3://k@host/bucket",
		"s3://k:hush@host/bucket?tls=no", "s3://k:hush@host/bucket?regoin=x", "s3://k:hush@host/bucket/Pre", "s3://k:hush/%@host/bucket", "s3://k:hush@host/bucket?%zz",
		"s3://k:hush@ho st/bucket",
	} {
		if s, err := Open(t.Context(), address); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q opens %v, %v", address, s, err)
		}
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for address, prefix := range map[string]string{
		"s3://host/bucket": "", "s3://host:9000/bucket/": "", "s3://a:b%2Fc@host/bucket/a/b?region=eu-central-1&tls=off": "a/b/",
	} {
		s, err := Open(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if b := s.(*bucket); b.name != "bucket" || b.prefix != prefix {
			t.Errorf("%s is bucket %s, prefix %q", address, b.name, b.prefix)
		}
	}
	if s, err := Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "a", "b")); err != nil {
		t.Error(err)
	} else {
		s.Close()
	}
}
