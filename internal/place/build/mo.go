package main

import (
	"encoding/binary"
	"errors"
)

// readCatalogue reads a compiled catalogue of gettext: GeoNames ids, country
// codes ("GR") and region codes ("GR.ESYE31") with their names in one language.
// The empty key is the catalogue's header and left out.
// https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
func readCatalogue(b []byte) (map[string]string, error) {
	bad := errors.New("not a catalogue of gettext")
	if len(b) < 20 || binary.LittleEndian.Uint32(b) != 0x950412de {
		return nil, bad
	}
	word := func(at uint32) uint32 {
		if uint64(at)+4 > uint64(len(b)) {
			return 1 << 31
		}
		return binary.LittleEndian.Uint32(b[at:])
	}
	text := func(at uint32) (string, bool) {
		size, from := uint64(word(at)), uint64(word(at+4))
		if from+size > uint64(len(b)) {
			return "", false
		}
		return string(b[from : from+size]), true
	}
	n, keys, names := word(8), word(12), word(16)
	if uint64(n)*8 > uint64(len(b)) {
		return nil, bad
	}
	out := make(map[string]string, n)
	for i := range n {
		key, ok := text(keys + 8*i)
		name, ok2 := text(names + 8*i)
		if !ok || !ok2 {
			return nil, bad
		}
		if key != "" {
			out[key] = name
		}
	}
	return out, nil
}
