package lang

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
)

// pattern is a message ready to be filled in: one text, or one for each plural
// form that the number named by (or the first number given) chooses.
type pattern struct {
	by    string
	forms [plural.Many + 1]text // by plural.Form; Other alone where there are no forms
}

// text is a message cut at its arguments: literal, argument, literal …
type text []piece

type piece struct {
	literal string
	name    string // the argument that follows the literal, or ""
}

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

var (
	keyShape  = regexp.MustCompile(`^[a-z]+\.[a-z0-9]+(_[a-z0-9]+)*$`)
	nameShape = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
)

// parseCatalogue reads a catalogue. Anything out of shape, a key that stands
// twice included, is an error that names the key.
func parseCatalogue(file []byte) (map[string]pattern, error) {
	read := json.NewDecoder(bytes.NewReader(file))
	if start, err := read.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.Join(errors.New("a catalogue is one JSON object"), err)
	}
	messages := map[string]pattern{}
	for read.More() {
		key, err := read.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string) // the decoder lets nothing else be a key
		var value json.RawMessage
		if err := read.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !keyShape.MatchString(name) {
			return nil, fmt.Errorf("%q: a key is room.snake_case", name)
		}
		if _, twice := messages[name]; twice {
			return nil, fmt.Errorf("%s stands twice", name)
		}
		if messages[name], err = parsePattern(value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := read.Token(); err != nil {
		return nil, err
	}
	if read.More() {
		return nil, errors.New("something follows the catalogue")
	}
	return messages, nil
}

func parsePattern(value json.RawMessage) (pattern, error) {
	var p pattern
	var alone string
	if json.Unmarshal(value, &alone) == nil {
		var err error
		p.forms[plural.Other], err = parseText(alone)
		return p, err
	}
	var forms map[string]string
	if err := json.Unmarshal(value, &forms); err != nil {
		return p, errors.New("a message is a text or an object of texts by plural form")
	}
	p.by = forms["by"]
	delete(forms, "by")
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		form, ok := formNames[name]
		if !ok {
			return p, fmt.Errorf("%q is no plural form: zero, one, two, few, many, other", name)
		}
		cut, err := parseText(forms[name])
		if err != nil {
			return p, fmt.Errorf("%s: %w", name, err)
		}
		p.forms[form] = cut
	}
	if p.forms[plural.Other] == nil {
		return p, errors.New(`the plural form "other" is missing`)
	}
	return p, nil
}

func parseText(s string) (text, error) {
	if strings.TrimSpace(s) == "" {
		return nil, errors.New("the text is empty")
	}
	var cut text
	for s != "" {
		literal, rest, found := strings.Cut(s, "{")
		if strings.ContainsRune(literal, '}') {
			return nil, errors.New("a } without its {")
		}
		if !found {
			return append(cut, piece{literal: literal}), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !nameShape.MatchString(name) {
			return nil, fmt.Errorf("{%s: an argument is {snake_case}", name)
		}
		cut = append(cut, piece{literal, name})
		s = after
	}
	return cut, nil
}

// plural reports whether the message has forms besides "other".
func (p pattern) plural() bool {
	for form, cut := range p.forms {
		if plural.Form(form) != plural.Other && cut != nil {
			return true
		}
	}
	return false
}
