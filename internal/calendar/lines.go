package calendar

import (
	"bytes"
	"strings"

	"moot/internal/fault"
)

// Bounds of a calendar that is read. What is beyond them is refused before anything
// is made of it.
const (
	MostBytes      = 1 << 20
	mostLines      = 60_000 // as they stand, folded
	mostLine       = 32 << 10
	mostDeep       = 6 // a component within another
	mostProperties = 400
	mostParts      = 8_000 // components
	mostEvents     = 2_000
)

// property is a line of a calendar: RFC 5545, 3.1.
type property struct {
	line       int // on which it begins
	name       string
	parameters []parameter
	value      string
}

type parameter struct{ name, value string }

// parameter is a parameter's value, without quotes; "" where there is none.
func (p property) parameter(name string) string {
	for _, q := range p.parameters {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// component is what stands between a BEGIN and its END.
type component struct {
	line       int
	name       string
	properties []property
	within     []*component
	unread     int // the first line in it that is no property; 0: none
}

// all are the properties of a name.
func (c *component) all(name string) (found []property) {
	for _, p := range c.properties {
		if p.name == name {
			found = append(found, p)
		}
	}
	return found
}

// first is the first property of a name; false where there is none.
func (c *component) first(name string) (property, bool) {
	for _, p := range c.properties {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

func refused(key string, args ...any) *fault.Fault { return fault.New(fault.Invalid, key, args...) }

// logical calls see with each line of a calendar, unfolded, and where it begins.
func logical(b []byte, see func(line int, text string) *fault.Fault) *fault.Fault {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	var text []byte
	began, n := 0, 0
	flush := func() *fault.Fault {
		if began == 0 || len(bytes.TrimSpace(text)) == 0 {
			return nil
		}
		return see(began, strings.ReplaceAll(strings.ToValidUTF8(string(text), "\uFFFD"), "\x00", ""))
	}
	for len(b) > 0 {
		end := bytes.IndexAny(b, "\r\n")
		row, rest := b, []byte(nil)
		if end >= 0 {
			row, rest = b[:end], b[end+1:]
			if b[end] == '\r' && len(rest) > 0 && rest[0] == '\n' {
				rest = rest[1:]
			}
		}
		if n++; n > mostLines {
			return refused("calendar.too_many_lines", "n", mostLines)
		}
		if len(row) > 0 && (row[0] == ' ' || row[0] == '\t') && began > 0 {
			text = append(text, row[1:]...)
		} else {
			if f := flush(); f != nil {
				return f
			}
			text, began = append(text[:0], row...), n
		}
		if len(text) > mostLine {
			return refused("calendar.long_line", "line", began)
		}
		b = rest
	}
	return flush()
}

// parse reads one line; false where it is none of a calendar.
func parse(line int, text string) (p property, ok bool) {
	end := strings.IndexAny(text, ":;")
	if end <= 0 || !named(text[:end]) {
		return p, false
	}
	p = property{line: line, name: strings.ToUpper(text[:end])}
	rest := text[end:]
	for rest[0] == ';' {
		rest = rest[1:]
		equals := strings.IndexByte(rest, '=')
		if equals <= 0 || !named(rest[:equals]) {
			return p, false
		}
		name := strings.ToUpper(rest[:equals])
		rest = rest[equals+1:]
		value, quoted := "", false
		for quoted || rest != "" && rest[0] != ';' && rest[0] != ':' {
			if rest == "" {
				return p, false
			}
			if rest[0] == '"' {
				quoted = !quoted
				rest = rest[1:]
				continue
			}
			next := strings.IndexAny(rest, `";:`)
			if quoted {
				next = strings.IndexByte(rest, '"')
			}
			if next < 0 {
				return p, false
			}
			value, rest = value+rest[:next], rest[next:]
		}
		if rest == "" {
			return p, false
		}
		p.parameters = append(p.parameters, parameter{name, value})
	}
	p.value = rest[1:]
	return p, true
}

// named reports whether a text is a name: letters, digits and dashes. Some programs
// write an underscore.
func named(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// components reads what a file holds: calendars, with what is in them.
func components(b []byte) (calendars []*component, wrong *fault.Fault) {
	var open []*component
	parts, last := 0, 0
	wrong = logical(b, func(line int, text string) *fault.Fault {
		last = line
		p, ok := parse(line, text)
		switch {
		case len(open) == 0 && (!ok || p.name != "BEGIN" || !strings.EqualFold(p.value, "VCALENDAR")):
			return refused("calendar.not_one", "line", line)
		case !ok:
			if in := open[len(open)-1]; in.unread == 0 {
				in.unread = line
			}
			return nil
		case p.name == "BEGIN":
			if parts++; parts > mostParts {
				return refused("calendar.too_many_parts", "n", mostParts)
			}
			if len(open) >= mostDeep {
				return refused("calendar.too_deep", "line", line)
			}
			c := &component{line: line, name: strings.ToUpper(strings.TrimSpace(p.value))}
			if len(open) == 0 {
				calendars = append(calendars, c)
			} else {
				in := open[len(open)-1]
				in.within = append(in.within, c)
			}
			open = append(open, c)
		case p.name == "END":
			if in := open[len(open)-1]; !strings.EqualFold(strings.TrimSpace(p.value), in.name) {
				return refused("calendar.wrong_end", "line", line, "began", in.line)
			}
			open = open[:len(open)-1]
		default:
			in := open[len(open)-1]
			if len(in.properties) >= mostProperties && in.name != "VCALENDAR" {
				return refused("calendar.too_many_properties", "line", line, "n", mostProperties)
			}
			if len(in.properties) < mostProperties {
				in.properties = append(in.properties, p)
			}
		}
		return nil
	})
	switch {
	case wrong != nil:
		return nil, wrong
	case len(calendars) == 0:
		return nil, refused("calendar.empty")
	case len(open) > 0:
		return nil, refused("calendar.cut_off", "line", last)
	}
	return calendars, nil
}

// plain is a text as it is meant: RFC 5545, 3.3.11.
func plain(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' || i+1 == len(value) {
			b.WriteByte(value[i])
			continue
		}
		switch i++; value[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ';', ',':
			b.WriteByte(value[i])
		default: // not allowed, and meant as it stands
			b.WriteByte('\\')
			b.WriteByte(value[i])
		}
	}
	return b.String()
}
