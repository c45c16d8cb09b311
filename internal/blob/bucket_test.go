package blob

import (
	"bytes"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"

	"moot/internal/blob/blobtest"
	"moot/internal/fault"
)

// server is an S3 server for one test run, started by the first test that wants
// it.
var server struct {
	sync.Once
	*blobtest.Server
	folder string
	err    error
}

func startServer() {
	if server.folder, server.err = os.MkdirTemp("", "moot-s3-"); server.err == nil {
		server.Server, server.err = blobtest.In(server.folder)
	}
}

// bucketAddress is the address of an empty bucket of the test's own, with a
// prefix.
func bucketAddress(t testing.TB) string {
	t.Helper()
	if os.Getenv(blobtest.Variable) == "" {
		t.Skip("no S3 server to test on: make test installs one, and says where in " + blobtest.Variable)
	}
	server.Do(startServer)
	if server.err != nil {
		t.Fatalf("the S3 server of $%s: %v", blobtest.Variable, server.err)
	}
	address := server.Address(strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), "some/prefix")
	b, err := openBucket(address)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Bucket(t.Context(), b.name); err != nil {
		t.Fatal(err)
	}
	beside := bytes.NewReader([]byte("not of this prefix")) // nothing here may see it
	if _, err := b.core.Client.PutObject(t.Context(), b.name, "some/prefix-not", beside, beside.Size(), minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	return address
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
		"no server": strings.Replace(address, server.At, nowhere.Addr().String(), 1),
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
