package live

import (
	"bytes"
	"strconv"
)

// Message is one thing that listeners are told.
type Message struct {
	Name string // of the event: "post"
	Data []byte // text in UTF-8; never empty, as browsers drop what is
}

// Reload is the name of the message that says: read the page anew.
const Reload = "reload"

// Anew is that message.
var Anew = []Message{{Name: Reload, Data: []byte("all")}}

// here is the name of the message that ends what somebody missed: its data, and
// its number, are those of the last event there was.
const here = "here"

// stream writes messages as an event stream. The number of the event stands on
// the last: who lost the connection between two of them hears all of them anew.
func stream(b []byte, messages []Message, event int64) []byte {
	for i, m := range messages {
		if i == len(messages)-1 {
			b = appendID(b, event)
		}
		b = append(b, "event: "...)
		b = append(b, m.Name...)
		b = append(b, '\n')
		for line := range bytes.SplitSeq(lineEnds(m.Data), []byte{'\n'}) {
			b = append(b, "data: "...)
			b = append(b, line...)
			b = append(b, '\n')
		}
		b = append(b, '\n')
	}
	return b
}

// lineEnds makes a newline of every end of line that the format knows.
func lineEnds(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte{'\n'})
	return bytes.ReplaceAll(b, []byte{'\r'}, []byte{'\n'})
}

// appendID writes the field that a browser gives back as Last-Event-ID.
func appendID(b []byte, event int64) []byte {
	if event == 0 {
		return b
	}
	b = append(b, "id: "...)
	b = strconv.AppendInt(b, event, 10)
	return append(b, '\n')
}
