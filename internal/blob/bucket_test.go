package blob

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"moot/internal/fault"
)

// serverVariable names the environment variable that holds the path of
// versitygw, an S3 server that keeps its objects in a folder. `make test` sets
// it, and scripts/tools installs the server.
const serverVariable = "MOOT_TEST_S3"

const key, secret = "moot", "a+secret/with%signs"

// server is an S3 server for one test run, started by the first test that wants
// it: host and port.
var server struct {
	sync.Once
	at     string
	err    error
	folder string
	stop   func()
}

// bucketAddress is the address of an empty bucket of the test's own, with a
// prefix.
func bucketAddress(t testing.TB) string {
	t.Helper()
	binary := os.Getenv(serverVariable)
	if binary == "" {
		t.Skip("no S3 server to test on: make test installs one, and says where in " + serverVariable)
	}
	server.Do(func() { server.err = startServer(binary) })
	if server.err != nil {
		t.Fatalf("the S3 server of $%s: %v", serverVariable, server.err)
	}
	u := &url.URL{Scheme: "s3", Host: server.at, User: url.UserPassword(key, secret), RawQuery: "tls=off&region=us-east-1"}
	u.Path = "/" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")) + "/some/prefix"
	b, err := openBucket(u.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.core.MakeBucket(t.Context(), b.name, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	beside := bytes.NewReader([]byte("not of this prefix")) // nothing here may see it
	if _, err := b.core.Client.PutObject(t.Context(), b.name, "some/prefix-not", beside, beside.Size(), minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	return u.String()
}

func startServer(binary string) error {
	var err error
	if server.folder, err = os.MkdirTemp("", "moot-s3-"); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server.at = l.Addr().String()
	l.Close()
	objects, about := filepath.Join(server.folder, "objects"), filepath.Join(server.folder, "about")
	if err := errors.Join(os.Mkdir(objects, 0o700), os.Mkdir(about, 0o700)); err != nil {
		return err
	}
	// What it keeps about objects lies beside them, not in attributes of the
	// files, which not every file system has.
	c := exec.Command(binary, "--port", server.at, "--quiet", "posix", "--sidecar", about, objects)
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+key, "ROOT_SECRET_KEY="+secret)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for range 300 {
		select {
		case err := <-ended:
			return errors.Join(errors.New(said.String()), err)
		case <-time.After(100 * time.Millisecond):
		}
		if r, err := http.Get("http://" + server.at + "/"); err == nil {
			r.Body.Close()
			server.stop = func() { c.Process.Kill(); <-ended }
			return nil
		}
	}
	c.Process.Kill()
	<-ended
	return errors.New("it doesn't answer: " + said.String())
}

// What is read is one file from end to end, though it takes several requests.
func TestAFileThatIsReplacedWhileItIsRead(t *testing.T) {
	s := open(t, bucketAddress(t))
	put(t, s, "a", strings.Repeat("one", 100_000))
	f, err := s.Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	put(t, s, "a", strings.Repeat("two", 100_000))
	if _, err := f.Seek(-3, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if end, err := io.ReadAll(f); err == nil {
		t.Errorf("the end of another file is read: %q", end)
	}
}

func TestAnObjectStoreThatWillNot(t *testing.T) {
	address := bucketAddress(t)
	nowhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere.Close()
	for name, bad := range map[string]string{
		"no bucket": strings.Replace(address, "/test", "/no", 1),
		"wrong key": strings.Replace(address, "with", "without", 1),
		"no server": strings.Replace(address, server.at, nowhere.Addr().String(), 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, bad)
			_, opening := s.Open(t.Context(), "a")
			var listing error
			for _, listing = range s.Each(t.Context(), "") {
			}
			for does, err := range map[string]error{
				"put": s.Put(t.Context(), "a", nil, Opaque), "open": opening, "each": listing, "ping": s.Ping(t.Context()), "delete": s.Delete(t.Context(), "a"),
			} {
				if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "without") {
					t.Errorf("%s gives %v", does, err)
				}
			}
		})
	}
}

// The bytes that lie in the bucket can be served by others: with their type.
func TestTheBucketKnowsTypes(t *testing.T) {
	s := open(t, bucketAddress(t)).(*bucket)
	put(t, s, "a.jpg", "x")
	info, err := s.core.StatObject(t.Context(), s.name, "some/prefix/a.jpg", minio.StatObjectOptions{})
	if err != nil || info.ContentType != "image/jpeg" {
		t.Errorf("it is %s, %v", info.ContentType, err)
	}
}
