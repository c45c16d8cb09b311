package text

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxLabel  = 63  // octets in a label of a domain name (RFC 1035)
	maxDomain = 253 // octets in a domain name
)

// readDomain makes the ASCII form of a domain name (RFC 5891, RFC 3492), after
// the mapping that browsers apply (UTS 46, by its nearest kin: NFKC and lower
// case), and the form to show: a label is shown in its own script unless it
// could be mistaken for another, and then in ASCII.
func readDomain(host string) (ascii, shown string, ok bool) {
	if len(host) > 4*maxDomain {
		return "", "", false
	}
	if !isASCII(host) {
		host = norm.NFKC.String(strings.ToLower(norm.NFKC.String(host)))
	}
	labels := strings.Split(strings.TrimSuffix(lowerASCII(host), "."), ".")
	asciis := make([]string, len(labels))
	for i, label := range labels {
		if asciis[i], ok = asciiLabel(label); !ok {
			return "", "", false
		}
	}
	latinEnd := isASCII(labels[len(labels)-1]) && !strings.HasPrefix(labels[len(labels)-1], "xn--")
	for i, label := range labels {
		if !isPlainLabel(label, latinEnd) {
			labels[i] = asciis[i]
		}
	}
	ascii, shown = strings.Join(asciis, "."), strings.Join(labels, ".")
	return ascii, shown, len(ascii) <= maxDomain
}

// asciiLabel is the ASCII form of a mapped label, if it can be one.
func asciiLabel(label string) (string, bool) {
	if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
		return "", false
	}
	for _, r := range label {
		if r < 0x80 && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') ||
			r >= 0x80 && !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && r != '・' && r != '·' {
			return "", false
		}
	}
	if !isASCII(label) {
		label = "xn--" + punycode([]rune(label))
	}
	return label, len(label) <= maxLabel
}

// scripts are those in which a label is shown as it is.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian, unicode.Hebrew,
	unicode.Arabic, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Thai,
	unicode.Lao, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Ethiopic,
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
}

// companies are the scripts that are written together in one word.
var companies = [][]*unicode.RangeTable{
	{unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana},
	{unicode.Latin, unicode.Han, unicode.Hangul},
	{unicode.Latin, unicode.Han, unicode.Bopomofo},
}

// Letters of other scripts that look like Latin ones. A label of nothing else
// under a Latin ending pretends to be what it isn't.
const latinLike = "асԁеһіјӏорԛѕԝхуъьҽпгѵѡ" + "αικνρυωηοτγεχ" + "օոսցհղ"

// plainLatin reports whether a Latin letter is one that readers of some
// language know, and not a phonetic sign or a letter that looks like another.
func plainLatin(r rune) bool {
	switch {
	case r < 0x80, 0xdf <= r && r <= 0x17e && r != 'ĸ' && r != 'ı' && r != 'ŀ', 0x1ea0 <= r && r <= 0x1ef9:
		return true
	}
	return strings.ContainsRune("ơưșțəǎǐǒǔǵ", r)
}

// isPlainLabel reports whether a label can be shown as it is: of one script,
// or of scripts that are written together, and not like Latin without being it.
func isPlainLabel(label string, latinEnd bool) bool {
	if isASCII(label) {
		return true
	}
	var used []*unicode.RangeTable
	alike := true
	for _, r := range label {
		if r < 0x80 && !unicode.IsLetter(r) {
			continue
		}
		alike = alike && strings.ContainsRune(latinLike, r)
		if r == 'ー' {
			r = 'カ' // the long vowel of both kana
		}
		i := slices.IndexFunc(scripts, func(t *unicode.RangeTable) bool { return unicode.Is(t, r) })
		if i < 0 || scripts[i] == unicode.Latin && !plainLatin(r) {
			return false
		}
		if !slices.Contains(used, scripts[i]) {
			used = append(used, scripts[i])
		}
	}
	if alike && latinEnd {
		return false
	}
	return len(used) == 1 || slices.ContainsFunc(companies, func(company []*unicode.RangeTable) bool {
		return !slices.ContainsFunc(used, func(t *unicode.RangeTable) bool { return !slices.Contains(company, t) })
	})
}

// punycode encodes a label that isn't ASCII (RFC 3492, section 6.3).
func punycode(label []rune) string {
	const base, tmin, tmax, damp, skew = 36, 1, 26, 700, 38
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	var out []byte
	for _, r := range label {
		if r < 0x80 {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	next, delta, bias := rune(0x80), 0, 72
	for handled := basic; handled < len(label); {
		least := rune(unicode.MaxRune + 1)
		for _, r := range label {
			if r >= next {
				least = min(least, r)
			}
		}
		delta += int(least-next) * (handled + 1)
		next = least
		for _, r := range label {
			if r < next {
				delta++
			}
			if r != next {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tmin), tmax)
				if q < t {
					break
				}
				out = append(out, digits[t+(q-t)%(base-t)])
				q = (q - t) / (base - t)
			}
			out = append(out, digits[q])
			// adapt the bias to the size of the steps
			if handled == basic {
				delta /= damp
			} else {
				delta /= 2
			}
			delta += delta / (handled + 1)
			k := 0
			for ; delta > (base-tmin)*tmax/2; k += base {
				delta /= base - tmin
			}
			bias = k + (base-tmin+1)*delta/(delta+skew)
			delta = 0
			handled++
		}
		delta++
		next++
	}
	return string(out)
}
