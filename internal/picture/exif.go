package picture

import (
	"bytes"
	"encoding/binary"
)

// exifOrientation is the orientation that Exif asks for, 1 to 8; 1, as stored,
// where it can't be read. The block begins as TIFF does, or with "Exif\0\0"
// before that (Exif 2.32, 4.5.2 and 4.6.4 A; TIFF 6.0, section 2).
func exifOrientation(b []byte) int {
	b = bytes.TrimPrefix(b, []byte("Exif\x00\x00"))
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	const orientation, short, entry = 0x0112, 3, 12
	at := int(order.Uint32(b[4:]))
	if at > len(b)-2 {
		return 1
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < entry {
			break
		}
		if order.Uint16(entries) == orientation && order.Uint16(entries[2:]) == short {
			if v := int(order.Uint16(entries[8:])); 1 <= v && v <= 8 {
				return v
			}
			break
		}
		entries = entries[entry:]
	}
	return 1
}
