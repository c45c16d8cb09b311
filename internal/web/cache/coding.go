package cache

import (
	"bytes"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"moot/internal/door"
)

// Coding is how a body is sent (RFC 9110, 8.4.1).
type Coding int

const (
	Identity Coding = iota
	gzipped
	zstandard
	brotlied
	Codings // how many there are
)

// String is the coding's name in Content-Encoding.
func (c Coding) String() string { return [Codings]string{"identity", "gzip", "zstd", "br"}[c] }

// leastPacked is the length in bytes from which compressing a body pays: a
// shorter one fits a packet anyway.
const leastPacked = 1024

// Smallest is the coding that makes a body of so many bytes smallest, of those
// that Accept-Encoding headers name.
func Smallest(accepted []string, size int) Coding {
	if len(accepted) == 0 || size < leastPacked {
		return Identity
	}
	names := accepted[0]
	if len(accepted) > 1 {
		names = strings.Join(accepted, ",")
	}
	if names == "gzip" {
		return gzipped
	}
	for c := Codings - 1; c > Identity; c-- {
		if door.Accepts(names, c.String()) {
			return c
		}
	}
	return Identity
}

// Effort is how hard a body is compressed.
type Effort int

const (
	Quick    Effort = iota // for what is soon another
	Thorough               // for what is made once and sent for months
)

// Pack compresses a body.
func (c Coding) Pack(body []byte, effort Effort) []byte {
	// Higher levels take several times as long for a few bytes of a hundred.
	gzipLevel, brotliLevel, zstdLevel := 6, 5, zstd.SpeedDefault
	if effort == Thorough {
		gzipLevel, brotliLevel, zstdLevel = gzip.BestCompression, brotli.BestCompression, zstd.SpeedBestCompression
	}
	var packed bytes.Buffer // which takes what is written
	switch c {
	case gzipped:
		z, err := gzip.NewWriterLevel(&packed, gzipLevel)
		if err != nil {
			panic(err) // there is such a level
		}
		z.Write(body)
		z.Close()
	case brotlied:
		z := brotli.NewWriterLevel(&packed, brotliLevel)
		z.Write(body)
		z.Close()
	case zstandard:
		// Browsers take no window of more than 8 MiB (RFC 9659).
		z, err := zstd.NewWriter(&packed, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithEncoderCRC(false))
		if err != nil {
			panic(err) // the options are right
		}
		z.Write(body)
		z.Close()
	default:
		return body
	}
	return packed.Bytes()
}
