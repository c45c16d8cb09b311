// Package blobtest gives tests a real object store: versitygw, an S3 server that
// keeps its objects in a folder. It is there where MOOT_TEST_S3 holds the path of
// the program, as it does under `make test`; scripts/tools installs it.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Variable names the environment variable that holds the path of versitygw.
const Variable = "MOOT_TEST_S3"

// The key that opens the server, and its secret, which has to be encoded in an
// address.
const Key, Secret = "moot", "a+secret/with%signs"

// Region is where the server says that it stands.
const Region = "us-east-1"

// Server is an object store.
type Server struct {
	At      string // host and port, the same after a Stop and a Start
	folder  string
	process *exec.Cmd
	ended   chan error
}

// Open starts a server for a test, which is skipped where there is none.
func Open(t testing.TB) *Server {
	t.Helper()
	if os.Getenv(Variable) == "" {
		t.Skip("no S3 server to test on: make test installs one, and says where in " + Variable)
	}
	s, err := In(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// In starts a server whose objects lie in a folder.
func In(folder string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{At: l.Addr().String(), folder: folder}
	l.Close()
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "objects"), 0o700), os.Mkdir(filepath.Join(folder, "about"), 0o700)); err != nil {
		return nil, err
	}
	return s, s.Start()
}

// Start starts a server that was stopped.
func (s *Server) Start() error {
	// What it keeps about objects lies beside them, not in attributes of the
	// files, which not every file system has.
	c := exec.Command(os.Getenv(Variable), "--port", s.At, "--quiet", "posix", "--sidecar", filepath.Join(s.folder, "about"), filepath.Join(s.folder, "objects"))
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+Key, "ROOT_SECRET_KEY="+Secret)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		return err
	}
	s.process, s.ended = c, make(chan error, 1)
	go func() { s.ended <- c.Wait() }()
	for range 600 {
		select {
		case err := <-s.ended:
			s.process = nil
			return errors.Join(errors.New(said.String()), err)
		case <-time.After(50 * time.Millisecond):
		}
		if r, err := http.Get("http://" + s.At + "/"); err == nil {
			r.Body.Close()
			return nil
		}
	}
	s.Stop()
	return fmt.Errorf("%s doesn't answer: %s", s.At, said.String())
}

// Stop ends the server. Its objects stay.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	s.process.Process.Kill()
	<-s.ended
	s.process = nil
}

// Address is the address of a bucket, with a prefix if there is one, as the
// setting files takes it.
func (s *Server) Address(bucket, prefix string) string {
	u := &url.URL{Scheme: "s3", Host: s.At, User: url.UserPassword(Key, Secret), RawQuery: "tls=off&region=" + Region}
	u.Path = "/" + bucket
	if prefix != "" {
		u.Path += "/" + prefix
	}
	return u.String()
}

// Bucket makes a bucket.
func (s *Server) Bucket(ctx context.Context, name string) error {
	c, err := minio.New(s.At, &minio.Options{Creds: credentials.NewStaticV4(Key, Secret, ""), Region: Region})
	if err != nil {
		return err
	}
	return c.MakeBucket(ctx, name, minio.MakeBucketOptions{})
}

// Path is where the server keeps an object: for who wants to spoil one.
func (s *Server) Path(bucket, key string) string {
	return filepath.Join(s.folder, "objects", bucket, filepath.FromSlash(key))
}
