package blob

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"moot/internal/blob/blobtest"
	"moot/internal/fault"
)

// why is what an operator is told of an error.
func why(t *testing.T, err error) string {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Unavailable || f.Cause == nil {
		t.Fatalf("%v is no fault with a cause", err)
	}
	return f.Cause.Error()
}

// Whatever is wrong with the address of an object store is told in a sentence
// that says what to do, without the secret.
func TestWhatIsWrongWithAnObjectStore(t *testing.T) {
	address := bucketAddress(t)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	at := func(host string) string { return strings.Replace(address, server.At, host, 1) }
	for name, bad := range map[string]struct {
		address string
		away    bool
		says    string
	}{
		"no bucket":    {strings.Replace(address, "/test", "/no", 1), false, "has no bucket nowhatiswrongwithanobjectstore: make it there"},
		"wrong secret": {strings.Replace(address, "with", "without", 1), false, "the secret isn't the key's"},
		"wrong key":    {strings.Replace(address, blobtest.Key+":", "nobody:", 1), false, "doesn't know the key"},
		"wrong region": {strings.Replace(address, blobtest.Region, "mars-north-1", 1), false, "stands in another region: say which with region="},
		"no server":    {at(nobody.Addr().String()), true, "doesn't answer: dial tcp"},
		"no such name": {at("nowhere.invalid"), true, "no machine is known by that name"},
		"no TLS there": {strings.Replace(address, "tls=off", "tls=on", 1), false, "speaks no TLS: put tls=off"},
		"TLS there":    {at(secure.Listener.Addr().String()), false, "speaks TLS: take tls=off out"},
		"not trusted":  {strings.Replace(at(secure.Listener.Addr().String()), "tls=off", "tls=on", 1), false, "shows a certificate that isn't to be trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, bad.address)
			_, err := s.Open(t.Context(), "a")
			said := why(t, err)
			t.Log(said)
			if Away(err) != bad.away || Full(err) || !strings.Contains(said, bad.says) || !strings.HasPrefix(said, "the object store at ") ||
				strings.ContainsAny(said, "\n") || strings.Contains(said, "secret/") || strings.Contains(said, "://") {
				t.Errorf("away %v: %s", Away(err), said)
			}
		})
	}
}

// An object store that is full says so in many ways; once there is room it takes
// what it is given.
func TestAnObjectStoreThatIsFull(t *testing.T) {
	bucketAddress(t)
	f := blobtest.NewFront(t, server.Server)
	s := open(t, f.Address(strings.ToLower(t.Name()), ""))
	put(t, s, "a.txt", "before")
	for code, status := range map[string]int{
		"InsufficientStorage": 507, "Anything": 507, "QuotaExceeded": 403, "XMinioStorageFull": 507, "XMinioAdminBucketQuotaExceeded": 400,
	} {
		f.Refuse(status, code, blobtest.Puts)
		err := s.Put(t.Context(), "b.txt", []byte("more"), TypeOf("b.txt"))
		if !Full(err) || Away(err) || !strings.Contains(why(t, err), "room") {
			t.Errorf("%d %s: %v", status, code, err)
		}
		if read(t, s, "a.txt") != "before" || list(t, s, "")[0] != "a.txt" {
			t.Errorf("%s: what was there isn't", code)
		}
		f.Mend()
		put(t, s, "c.txt", code)
	}
}

// Who asks an object store that takes questions and answers none is told so soon,
// and those who come later at once; it is used again when it answers.
func TestAnObjectStoreThatIsHeld(t *testing.T) {
	bucketAddress(t)
	f := blobtest.NewFront(t, server.Server)
	s := open(t, f.Address(strings.ToLower(t.Name()), ""))
	put(t, s, "a.txt", "before")
	f.Hold()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.Open(t.Context(), "a.txt"); !Away(err) {
				t.Errorf("opening: %v", err)
			}
		})
	}
	all.Wait()
	for range 1000 { // each of whom would have to wait for seconds
		if _, err := s.Open(t.Context(), "a.txt"); !Away(err) {
			t.Fatalf("opening later: %v", err)
		}
	}
	f.Mend()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err := s.Put(t.Context(), "b.txt", []byte("after"), TypeOf("b.txt")); err == nil {
			break
		} else if !Away(err) || time.Now().After(end) {
			t.Fatalf("mended: %v", err)
		}
	}
	if read(t, s, "a.txt") != "before" || read(t, s, "b.txt") != "after" {
		t.Error("what was there isn't")
	}
}

// A folder that can't be made or written is no store, and says why.
func TestAFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for address, says := range map[string]string{
		"file:" + file:                         "can't be made: not a directory",
		"file:" + filepath.Join(file, "files"): "can't be made: not a directory",
		"file:/proc/files":                     "can't be made: ",
	} {
		s, err := Open(t.Context(), address)
		if s != nil || err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "name another") {
			t.Errorf("%s: %v, %v", address, s, err)
		}
	}
}

// A disk that has no more room says so, and keeps nothing of what didn't fit.
func TestADiskThatIsFull(t *testing.T) {
	for _, no := range []error{syscall.ENOSPC, syscall.EFBIG, errQuota} {
		s := open(t, "file:"+t.TempDir()).(*folder)
		put(t, s, "a.txt", "before")
		s.sync = func(*os.File) error { return &os.PathError{Op: "sync", Path: "x", Err: no} }
		err := s.Put(t.Context(), "b.txt", []byte("more"), TypeOf("b.txt"))
		if !Full(err) || !strings.Contains(why(t, err), "no room left in "+s.at+": "+no.Error()) {
			t.Errorf("%v: %v", no, err)
		}
		s.sync = (*os.File).Sync
		if all := list(t, s, ""); len(all) != 1 || read(t, s, "a.txt") != "before" {
			t.Errorf("%v: there are %q", no, all)
		}
	}
}
