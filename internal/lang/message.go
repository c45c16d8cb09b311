package lang

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
	"golang.org/x/text/unicode/bidi"

	"moot/internal/fault"
)

// T is the message of a key with its arguments filled in, given as name,
// value, name, value. Values are written as the language writes them: numbers
// (never a year or a post's number: give those as text), time.Duration as
// Duration does, time.Time as Date does, []string as List does; all else as
// text, isolated. A key that is unknown comes back in brackets, an argument
// that is missing stays in braces.
func (l *Language) T(key string, args ...any) string {
	p, ok := l.messages[key]
	if !ok {
		return "[" + key + "]"
	}
	cut := p.forms[plural.Other]
	if p.plural() {
		if chosen := p.forms[l.form(p.by, args)]; chosen != nil {
			cut = chosen
		}
	}
	if len(cut) == 1 && cut[0].name == "" {
		return cut[0].literal
	}
	var out strings.Builder
	for _, piece := range cut {
		out.WriteString(piece.literal)
		if piece.name != "" {
			l.write(&out, piece.name, args)
		}
	}
	return out.String()
}

// Fault is what a visitor is told about a fault. Its message may use {retry},
// how long to wait, without being given it. The cause is not told.
func (l *Language) Fault(f *fault.Fault) string {
	args := f.Args
	if f.Retry > 0 {
		args = append(args[:len(args):len(args)], "retry", f.Retry)
	}
	return l.T(f.Key, args...)
}

// word is an argument from the catalogue itself, which needs no isolation.
type word string

func (l *Language) write(out *strings.Builder, name string, args []any) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			out.WriteString(l.value(args[i+1]))
			return
		}
	}
	out.WriteString("{" + name + "}")
}

func (l *Language) value(v any) string {
	switch v := v.(type) {
	case word:
		return string(v)
	case string:
		return l.isolate(v)
	case int:
		return l.Number(int64(v))
	case time.Duration:
		return l.Duration(v)
	case time.Time:
		return l.Date(v)
	case []string:
		return l.List(v)
	case fmt.Stringer:
		return l.isolate(v.String())
	}
	switch n := reflect.ValueOf(v); {
	case n.CanInt():
		return l.Number(n.Int())
	case n.CanUint() && n.Uint() <= math.MaxInt64:
		return l.Number(int64(n.Uint()))
	case n.CanFloat():
		return l.decimal(n.Float())
	}
	return l.isolate(fmt.Sprint(v))
}

// form is the plural form that the argument named by, or the first number
// among the arguments, chooses. Other if there is none.
func (l *Language) form(by string, args []any) plural.Form {
	for i := 0; i+1 < len(args); i += 2 {
		if by != "" && args[i] != by {
			continue
		}
		if _, wait := args[i+1].(time.Duration); wait {
			continue
		}
		switch n := reflect.ValueOf(args[i+1]); {
		case n.CanInt():
			return l.formOf(n.Int())
		case n.CanUint():
			return l.formOf(int64(n.Uint() % lastDigits))
		case n.CanFloat():
			// As decimal writes it: with one digit behind the point, or none.
			if tenths := int64(math.Abs(math.Round(n.Float() * 10))); tenths%10 != 0 {
				return plural.Cardinal.MatchPlural(l.rules, int(tenths/10%lastDigits), 1, 1, int(tenths%10), int(tenths%10))
			}
			return l.formOf(int64(math.Round(n.Float())))
		}
	}
	return plural.Other
}

// lastDigits: MatchPlural takes operands modulo this.
const lastDigits = 10_000_000

func (l *Language) formOf(n int64) plural.Form {
	n %= lastDigits
	return plural.Cardinal.MatchPlural(l.rules, int(max(n, -n)), 0, 0, 0, 0)
}

// Number is a whole number as the language writes it: 12,345.
func (l *Language) Number(n int64) string {
	if l.ascii && n >= 0 && n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	printer := l.printers.Get().(*message.Printer)
	defer l.printers.Put(printer)
	return printer.Sprint(number.Decimal(n))
}

// decimal is a number with at most one digit behind the point.
func (l *Language) decimal(x float64) string {
	printer := l.printers.Get().(*message.Printer)
	defer l.printers.Put(printer)
	return printer.Sprint(number.Decimal(x, number.MaxFractionDigits(1)))
}

const (
	fsi = '\u2068' // first strong isolate
	pdi = '\u2069' // pop directional isolate
)

// isolate keeps a text that somebody else wrote from turning the sentence
// around it, by the means of the Unicode Bidirectional Algorithm (UAX 9): FSI
// before and PDI after it, and within it every isolate closed and none closed
// that was not opened there. Line breaks, which would end an isolate, become
// spaces. Between lines that run from left to right, a text that has nothing
// of the other direction in it stays as it is.
func (l *Language) isolate(s string) string {
	turns, breaks := false, false
	for _, r := range s {
		if r < 0x80 {
			breaks = breaks || r == '\n' || r == '\r' || r == '\x1c' || r == '\x1d' || r == '\x1e'
			continue
		}
		properties, _ := bidi.LookupRune(r)
		switch properties.Class() {
		case bidi.B:
			breaks = true
		case bidi.R, bidi.AL, bidi.AN, bidi.Control, bidi.RLE, bidi.LRE, bidi.RLO, bidi.LRO,
			bidi.PDF, bidi.RLI, bidi.LRI, bidi.FSI, bidi.PDI:
			turns = true
		}
	}
	if breaks {
		s = strings.Map(func(r rune) rune {
			if p, _ := bidi.LookupRune(r); p.Class() == bidi.B {
				return ' '
			}
			return r
		}, s)
	}
	if s == "" || !turns && l.dir == "ltr" {
		return s
	}
	return string(fsi) + balance(s) + string(pdi)
}

// balance closes the isolates that are open at the end of s, and takes out
// what closes one that s did not open.
func balance(s string) string {
	open := 0
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '\u2066' && r <= fsi: // LRI, RLI, FSI
			open++
		case r == pdi && open == 0:
			return -1
		case r == pdi:
			open--
		}
		return r
	}, s)
	return s + strings.Repeat(string(pdi), open)
}

// words reports whether s has a letter or digit in it.
func words(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
