package gazetteer

import (
	"bytes"
	"math"
	"sort"
)

// A name is mostly written as its key, or as its key with capitals.
const (
	writtenKey = iota
	writtenTitle
	writtenEdit // the titled key, but for some bytes
)

// stride is for how many names Names keeps one count of edits.
const stride = 64

// Names is names as written, grouped by key. They are kept by how they differ
// from their keys, which takes a quarter of the room, and put together when
// they are asked for.
type Names struct {
	Keys     Strings  // folded names, sorted, each once
	Variants []uint32 // start list over keys: the ways in which they are written
	Form     []byte   // of each name: writtenKey, writtenTitle or writtenEdit

	// Of each edit in order: how many bytes of the titled key stand in front of
	// it and behind it, and what stands between.
	Front, Back []byte
	Edits       Strings
	Rank        []uint32 // how many edits there are before each stride of names
}

// NewNames makes Names of keys and of each key's ways to be written.
func NewNames(keys []string, ways [][]string) Names {
	n := Names{Keys: Pack(keys), Variants: make([]uint32, 1, len(keys)+1)}
	var edits []string
	for i, key := range keys {
		title := Title(key)
		for _, name := range ways[i] {
			switch name {
			case key:
				n.Form = append(n.Form, writtenKey)
			case title:
				n.Form = append(n.Form, writtenTitle)
			default:
				front, back := around(title, name)
				n.Form = append(n.Form, writtenEdit)
				n.Front = append(n.Front, byte(front))
				n.Back = append(n.Back, byte(back))
				edits = append(edits, name[front:len(name)-back])
			}
		}
		n.Variants = append(n.Variants, uint32(len(n.Form)))
	}
	n.Edits = Pack(edits)
	n.count()
	return n
}

// around is how many bytes a name shares with a title in front and behind, as
// many as a byte can say.
func around(title, name string) (front, back int) {
	most := min(len(title), len(name))
	for front < min(most, math.MaxUint8) && title[front] == name[front] {
		front++
	}
	for back < min(most-front, math.MaxUint8) && title[len(title)-1-back] == name[len(name)-1-back] {
		back++
	}
	return front, back
}

// count fills Rank.
func (n *Names) count() {
	n.Rank = make([]uint32, 0, len(n.Form)/stride+1)
	edits := 0
	for at := 0; at < len(n.Form); at += stride {
		n.Rank = append(n.Rank, uint32(edits))
		edits += bytes.Count(n.Form[at:min(at+stride, len(n.Form))], []byte{writtenEdit})
	}
}

// Len is how many names there are.
func (n *Names) Len() int { return len(n.Form) }

// KeyOf is the number of a name's key.
func (n *Names) KeyOf(name uint32) uint32 {
	return uint32(sort.Search(n.Keys.Len(), func(k int) bool { return n.Variants[k+1] > name }))
}

// Get is a name as written.
func (n *Names) Get(name uint32) string {
	key := n.Keys.Get(n.KeyOf(name))
	switch n.Form[name] {
	case writtenKey:
		return key
	case writtenTitle:
		return Title(key)
	}
	at := name / stride
	edit := n.Rank[at] + uint32(bytes.Count(n.Form[at*stride:name], []byte{writtenEdit}))
	title := Title(key)
	return title[:n.Front[edit]] + n.Edits.Get(edit) + title[len(title)-int(n.Back[edit]):]
}

// whole reports whether every edit fits the key it changes, so that Get finds
// all that it looks for.
func (n *Names) whole() bool {
	if len(n.Front) != len(n.Back) || len(n.Front) != n.Edits.Len() {
		return false
	}
	edit := 0
	for k := range uint32(n.Keys.Len()) {
		for name := n.Variants[k]; name < n.Variants[k+1]; name++ {
			switch form := n.Form[name]; {
			case form > writtenEdit, form == writtenEdit && edit == len(n.Front):
				return false
			case form == writtenEdit:
				// A title has as many bytes as its key.
				if int(n.Front[edit])+int(n.Back[edit]) > len(n.Keys.Get(k)) {
					return false
				}
				edit++
			}
		}
	}
	return edit == len(n.Front)
}
