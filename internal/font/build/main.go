// Command build packs the fonts that the site draws with:
//
//	go run ./internal/font/build
//
// It fetches Debian's packages of them with apt-get into the user's cache
// folder, checks their SHA-256 against the ones written here, and writes the
// wanted files, unchanged but for zstd around each, into internal/font/files. The
// same packages make the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// parcel is a package of Debian, and which of its files are wanted.
type parcel struct {
	name, version string
	sha256        string
	want          *regexp.Regexp
}

var parcels = []parcel{
	{"fonts-noto-core", "20201225-1", "58f4f0bb6720f919f92096b3508e1412a0f1544424ade6c5b5bf1eb694dd64ba", regexp.MustCompile(
		`^NotoSans(Arabic|Hebrew|Armenian|Georgian|Devanagari|Bengali|Tamil|Thai|Telugu|Kannada|Malayalam|Gujarati|Gurmukhi|Oriya|Sinhala|Khmer|Lao|Myanmar|Ethiopic|Thaana)?-(Regular|Bold)\.ttf$|^NotoSerifTibetan-(Regular|Bold)\.ttf$`)},
	{"fonts-nanum", "20200506-1", "5e86c346e6485b694e1f0ebd27132892fcf014d1b975de4fd21d1654ddf37043", regexp.MustCompile(`^NanumSquare[RB]\.ttf$`)},
	{"fonts-droid-fallback", "1:6.0.1r16-1.1", "d2096d4edde128fedf6749be2dd204a5810210a6201126d99b8d412344f71056", regexp.MustCompile(`^DroidSansFallbackFull\.ttf$`)},
	{"fonts-dejavu-core", "2.37-6", "8892669e51aab4dc56682c8e39d8ddb7d70fad83c369344e1e240bf3ca22bb76", regexp.MustCompile(`^DejaVuSans\.ttf$`)},
}

func main() {
	log.SetFlags(0)
	to := flag.String("to", "internal/font/files", "folder to write the packed fonts to")
	flag.Parse()
	if err := run(*to); err != nil {
		log.Fatal("build: ", err)
	}
}

func run(to string) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	cache = filepath.Join(cache, "moot-fonts")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	fonts, bytes := 0, 0
	for _, p := range parcels {
		content, err := p.fetch(cache)
		if err == nil {
			err = p.unpack(content, func(name string, font []byte) error {
				packed, err := pack(font)
				fonts, bytes = fonts+1, bytes+len(packed)
				return errors.Join(err, os.WriteFile(filepath.Join(to, name+".zst"), packed, 0o644))
			})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	fmt.Printf("%d fonts, %d bytes\n", fonts, bytes)
	return nil
}

// fetch is the package file, from the cache or from where apt-get has it.
func (p parcel) fetch(cache string) ([]byte, error) {
	file := filepath.Join(cache, p.name+"_"+strings.ReplaceAll(p.version, ":", "%3a")+"_all.deb")
	if _, err := os.Stat(file); err != nil {
		c := exec.Command("apt-get", "download", p.name+"="+p.version)
		c.Dir, c.Stderr = cache, os.Stderr
		if err := c.Run(); err != nil {
			return nil, err
		}
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != p.sha256 {
		return nil, fmt.Errorf("its SHA-256 is %x, which is not the one expected", got)
	}
	tree, err := exec.Command("dpkg-deb", "--fsys-tarfile", file).Output()
	return tree, err
}

// unpack hands out the wanted files of a package's tree.
func (p parcel) unpack(tree []byte, each func(name string, content []byte) error) error {
	for t := tar.NewReader(bytes.NewReader(tree)); ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Base(head.Name)
		if head.Typeflag != tar.TypeReg || !p.want.MatchString(name) {
			continue
		}
		content, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		if err := each(name, content); err != nil {
			return err
		}
	}
}

func pack(content []byte) ([]byte, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(zstd.MaxWindowSize>>4))
	if err != nil {
		return nil, err
	}
	return z.EncodeAll(content, nil), z.Close()
}
