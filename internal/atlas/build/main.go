package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"moot/internal/atlas"
)

const (
	archive       = "world-atlas-2.0.2.tgz"
	archiveSHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
	output        = "internal/atlas/atlas.txt.gz"
)

func main() {
	log.SetFlags(0)
	from := flag.String("from", "", "take the package from this `file`")
	flag.Parse()
	if err := build(*from); err != nil {
		log.Fatal(err)
	}
}

func build(from string) error {
	files, err := open(from)
	if err != nil {
		return err
	}
	world, err := drawWorld(files["package/countries-110m.json"])
	if err != nil {
		return err
	}
	sheets, err := drawCountries(files["package/countries-10m.json"])
	if err != nil {
		return err
	}
	sheets[atlas.WorldCode] = world
	packed, err := pack(sheets)
	if err != nil {
		return err
	}
	total := 0
	for _, s := range sheets {
		total += len(s.Outline)
	}
	log.Printf("%d sheets, %d KB of outlines, the world's %d KB; packed %d KB",
		len(sheets), total>>10, len(world.Outline)>>10, len(packed)>>10)
	return os.WriteFile(output, packed, 0o644)
}

// open fetches the package, or takes it from a file, and unpacks its maps.
func open(from string) (map[string][]byte, error) {
	if from == "" {
		folder, err := os.MkdirTemp("", "atlas")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(folder)
		fetch := exec.Command("npm", "pack", "--silent", "world-atlas@2.0.2")
		fetch.Dir, fetch.Stderr = folder, os.Stderr
		if err := fetch.Run(); err != nil {
			return nil, fmt.Errorf("fetching world-atlas: %w", err)
		}
		from = filepath.Join(folder, archive)
	}
	packed, err := os.ReadFile(from)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(packed); hex.EncodeToString(sum[:]) != archiveSHA256 {
		return nil, fmt.Errorf("%s has SHA-256 %x, want %s", from, sum, archiveSHA256)
	}
	unpack, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for archived := tar.NewReader(unpack); ; {
		header, err := archived.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(header.Name, "package/countries-") {
			if files[header.Name], err = io.ReadAll(archived); err != nil {
				return nil, err
			}
		}
	}
}

// pack writes the sheets as atlas reads them.
func pack(sheets map[string]atlas.Sheet) ([]byte, error) {
	var packed bytes.Buffer
	write, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, code := range slices.Sorted(maps.Keys(sheets)) {
		s := sheets[code]
		v := s.View
		if _, err := fmt.Fprintf(write, "%s\t%d\t%d\t%c\t%.6g\t%.7g\t%.7g\t%.6g\t%.6g\t%s\n",
			code, s.Width, s.Height, v.Projection, v.Lat, v.Lon, v.Scale, v.X, v.Y, s.Outline); err != nil {
			return nil, err
		}
	}
	if err := write.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
