package text

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Link is a web address that somebody wrote.
type Link struct {
	URL    string // to follow: ASCII, with the host in its ASCII form and without user information
	Scheme string // http or https
	Host   string // to show: the true host, in its own script where that can't be mistaken, with its port
	Path   string // what follows the host, as typed
}

// shortPath is how many characters of a path are shown.
const shortPath = 28

// Short is the link as it is shown: its host whole, and the start of its path.
// The scheme is shown where it isn't https.
func (l *Link) Short() string { return l.before() + l.Host + l.after() }

func (l *Link) before() string {
	if l.Scheme == "https" {
		return ""
	}
	return l.Scheme + "://"
}

func (l *Link) after() string {
	if l.Path == "/" {
		return ""
	}
	n := 0
	for i := range l.Path {
		if n++; n > shortPath {
			return l.Path[:i] + "…"
		}
	}
	return l.Path
}

// readLink reads the address that s begins with, whose scheme is http or
// https, and how long it is. It makes nil of what no browser, or not every
// browser, would take to the host that a reader sees.
func readLink(s string) (*Link, int) {
	size := addressLength(s)
	scheme, rest, _ := strings.Cut(s[:size], "://")
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:] // what is before it names nobody, whatever it looks like
	}
	host, port, ok := splitPort(authority)
	if !ok {
		return nil, 0
	}
	if path == "" {
		host, size = cutSentence(host, port, size)
	}
	ascii, shown, ok := readHost(host)
	if !ok {
		return nil, 0
	}
	link := &Link{Scheme: lowerASCII(scheme), Host: shown + port, Path: path}
	link.URL = link.Scheme + "://" + ascii + port + escapePath(path)
	return link, size
}

// cutSentence parts a host from the words that follow it without a space, as in
// Japanese, where the last label is ASCII and then isn't. size is of the whole
// address, which ends with the host.
func cutSentence(host, port string, size int) (string, int) {
	end := host[strings.LastIndexByte(host, '.')+1:]
	i := strings.IndexFunc(end, func(r rune) bool { return r >= utf8.RuneSelf })
	if port != "" || i <= 0 {
		return host, size
	}
	words := len(end) - i
	return host[:len(host)-words], size - words
}

// addressLength is how much of s, from its scheme, is the address: up to a
// space or a character that no address holds bare, without the punctuation
// that belongs to the sentence around it.
func addressLength(s string) int {
	end := len(s)
	for i, r := range s {
		if endsAddress(r) || markAt(s[i:]) {
			end = i
			break
		}
	}
	return trimAddress(s[:end])
}

// endsAddress reports whether an address ends before r.
func endsAddress(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || strings.ContainsRune("<>\"`\\", r) || r == 0x7f
	}
	switch {
	case 0x3000 <= r && r <= 0x3003, 0x3008 <= r && r <= 0x3011, 0x3014 <= r && r <= 0x301f, // CJK punctuation
		0xff01 <= r && r <= 0xff0f && r != '－', 0xff1a <= r && r <= 0xff1f, 0xff5b <= r && r <= 0xff65,
		r == '“' || r == '”' || r == '„' || r == '«' || r == '»' || r == '‹' || r == '›' || r == '…',
		r == '\ufffd':
		return true
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.C, r)
}

// markAt reports whether s begins with a mark that ends an address.
func markAt(s string) bool {
	return len(s) > 1 && (s[:2] == "**" || s[:2] == "''" || s[:2] == "[/" || s[:2] == "[s" && strings.HasPrefix(s, "[spoiler]"))
}

// trimAddress is the length of s without the punctuation at its end that isn't
// its own. A closing bracket is its own if it was opened within.
func trimAddress(s string) int {
	var opened [3]int // round, square, curly: how many more are opened than closed
	const opens, shuts = "([{", ")]}"
	for i := range len(s) {
		if k := strings.IndexByte(opens, s[i]); k >= 0 {
			opened[k]++
		} else if k := strings.IndexByte(shuts, s[i]); k >= 0 {
			opened[k]--
		}
	}
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		k := strings.IndexRune(shuts, r)
		switch {
		case k >= 0 && opened[k] < 0:
			opened[k]++
		case k < 0 && (strings.ContainsRune(".,;:!?'*([{", r) || strings.ContainsRune("،؛؟।॥։።’‘·", r)):
			if k := strings.IndexRune(opens, r); k >= 0 {
				opened[k]--
			}
		default:
			return len(s)
		}
		s = s[:len(s)-size]
	}
	return 0
}

// splitPort cuts the port, with its colon, off an authority.
func splitPort(authority string) (host, port string, ok bool) {
	i := strings.LastIndexByte(authority, ':')
	if i < 0 || strings.HasSuffix(authority, "]") {
		return authority, "", true
	}
	host, digits := authority[:i], authority[i+1:]
	if digits == "" {
		return host, "", true
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return "", "", false
	}
	return host, ":" + strconv.FormatUint(n, 10), true
}

// readHost makes the ASCII form of a host, and the form to show.
func readHost(host string) (ascii, shown string, ok bool) {
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" || !strings.HasSuffix(inner, "]") {
			return "", "", false
		}
		ascii = "[" + addr.String() + "]"
		return ascii, ascii, true
	}
	ascii, shown, ok = readDomain(host)
	if !ok {
		return "", "", false
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if strings.Trim(last, "0123456789") == "" || isHexNumber(last) {
		// Browsers read numbers of many shapes as an IPv4 address; this one shape reads as itself.
		addr, err := netip.ParseAddr(ascii)
		return ascii, ascii, err == nil && addr.Is4()
	}
	return ascii, shown, true
}

func isHexNumber(s string) bool {
	digits, ok := strings.CutPrefix(s, "0x")
	return ok && strings.Trim(digits, "0123456789abcdef") == ""
}

// escapePath makes a path, query and fragment ASCII, and escapes what RFC 3986
// allows nowhere in them.
func escapePath(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	fragment := false
	for i := range len(path) {
		c := path[i]
		ok := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			strings.IndexByte("-._~!$&'()*+,;=:@/?", c) >= 0
		switch {
		case c == '%':
			ok = i+2 < len(path) && isHexDigit(path[i+1]) && isHexDigit(path[i+2])
		case c == '#':
			ok = !fragment
			fragment = true
		}
		if ok {
			b.WriteByte(c)
		} else {
			b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
		}
	}
	return b.String()
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
