package text

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// resolve knows every post but number 404.
func resolve(r Reference) (Target, bool) {
	switch {
	case r.Number == 404:
		return Target{}, false
	case r.Number == 1:
		return Target{Href: "#p1", Class: "op", Note: "(OP)"}, true
	case r.Number == 666:
		return Target{Href: "//evil.example"}, true
	}
	return Target{Href: "/there?a=1&b=2"}, true
}

var renderer = Renderer{Resolve: resolve}

func TestHTML(t *testing.T) {
	const there = `<a class="ref" href="/there?a=1&amp;b=2"><bdi>`
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a\nb\n\nc", `<p dir="auto">a</p><p dir="auto">b</p><p dir="auto" class="gap">c</p>`},
		{`<b onclick="x">&amp;'`, `<p dir="auto">&lt;b onclick=&#34;x&#34;&gt;&amp;amp;&#39;</p>`},
		{">quote\nnot > quote", `<p dir="auto"><q>&gt;quote</q></p><p dir="auto">not &gt; quote</p>`},
		{">>5 x", `<p dir="auto">` + there + `&gt;&gt;5</bdi></a> x</p>`},
		{">>5の", `<p dir="auto">` + there + `&gt;&gt;5</bdi></a>の</p>`},
		{">>1", `<p dir="auto"><a class="ref op" href="#p1"><bdi>&gt;&gt;1</bdi></a> <span class="note">(OP)</span></p>`},
		{">>404", `<p dir="auto"><span class="ref gone"><bdi>&gt;&gt;404</bdi></span></p>`},
		{">>666", `<p dir="auto"><span class="ref gone"><bdi>&gt;&gt;666</bdi></span></p>`},
		{">> 5", `<p dir="auto"><q>&gt;&gt; 5</q></p>`},
		{">>>5", `<p dir="auto"><q>&gt;` + there + `&gt;&gt;5</bdi></a></q></p>`},
		{">>0", `<p dir="auto"><q>&gt;&gt;0</q></p>`},
		{"a >>9999999999999999999", `<p dir="auto">a &gt;&gt;9999999999999999999</p>`},
		{">>>/gr/Athens/", `<p dir="auto">` + there + `&gt;&gt;&gt;/gr/Athens/</bdi></a></p>`},
		{"'''b''' ''i'' '''''x'''''", `<p dir="auto"><strong>b</strong> <em>i</em> <strong><em>x</em></strong></p>`},
		{"'''''a'' b''' '''''a''' b''", `<p dir="auto"><strong><em>a</em> b</strong> <em><strong>a</strong> b</em></p>`},
		{"'''a'''''b'' ''a'''''b'''", `<p dir="auto"><strong>a</strong><em>b</em> <em>a</em><strong>b</strong></p>`},
		{"'''a\nb'''", `<p dir="auto">&#39;&#39;&#39;a</p><p dir="auto">b&#39;&#39;&#39;</p>`},
		{"5'' and 6''", `<p dir="auto">5&#39;&#39; and 6&#39;&#39;</p>`},
		{"2 ** 3 ** 4 *** 5", `<p dir="auto">2 ** 3 ** 4 *** 5</p>`},
		{"a **b** c", `<p dir="auto">a <span class="spoiler" tabindex="0">b</span> c</p>`},
		{"[spoiler]a\n>b[/spoiler]", `<p dir="auto"><span class="spoiler" tabindex="0">a</span></p><p dir="auto"><q><span class="spoiler" tabindex="0">&gt;b</span></q></p>`},
		{"[spoiler]a\n\nb[/spoiler]", `<p dir="auto">[spoiler]a</p><p dir="auto" class="gap">b[/spoiler]</p>`},
		{"[Spoiler]a **b[/SPOILER] c**", `<p dir="auto"><span class="spoiler" tabindex="0">a **b</span> c**</p>`},
		{"**a '''b** c'''", `<p dir="auto"><span class="spoiler" tabindex="0">a &#39;&#39;&#39;b</span> c&#39;&#39;&#39;</p>`},
		{"[spoiler][/spoiler]", `<p dir="auto">[spoiler][/spoiler]</p>`},
		{"`>>5 '''x'''` ``", `<p dir="auto"><code dir="auto">&gt;&gt;5 &#39;&#39;&#39;x&#39;&#39;&#39;</code> ` + "``</p>"},
		{"x [code]a **b**[/code]", `<p dir="auto">x <code dir="auto">a **b**</code></p>`},
		{"x\n[code]\nif a {\n\n  >>5\n}\n[/code]\n>y", `<p dir="auto">x</p><pre dir="auto"><code>if a {` + "\n\n" + `  &gt;&gt;5` + "\n}" + `</code></pre><p dir="auto"><q>&gt;y</q></p>`},
		{"[code]a[/code]", `<pre dir="auto"><code>a</code></pre>`},
		{"[code]a", `<p dir="auto">[code]a</p>`},
		{"`a\u202bb\u202c\u2067c\u2069`", `<p dir="auto"><code dir="auto">abc</code></p>`},
	} {
		if got := Parse(Clean(c.in)).HTML(renderer); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestSpoilerTellsWhatItIs(t *testing.T) {
	got := Parse("**x**").HTML(Renderer{Spoiler: `hidden "till" pressed`})
	if want := `<p dir="auto"><span class="spoiler" tabindex="0" title="hidden &#34;till&#34; pressed">x</span></p>`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestReferencesFromElsewhereAreWhole(t *testing.T) {
	away := Renderer{Base: "https://moot.example", Resolve: func(r Reference) (Target, bool) {
		return Target{Href: "/p/5"}, r.Number == 5
	}}
	got := Parse(">>5 >>6 https://example.org/").HTML(away)
	for _, want := range []string{`href="https://moot.example/p/5"`, `<span class="ref gone"><bdi>&gt;&gt;6`, `href="https://example.org/"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestReferences(t *testing.T) {
	d := Parse(">>5 >>7 >>5 **>>8**\n>>>/gr/athens/ >>>/gr/athens/12 >>>/world/ >>>/au/1770/ >>>/gr/athens/x >>>/gr. `>>9` >>>//x/ >>>/-a/")
	want := []Reference{{5, ""}, {7, ""}, {8, ""}, {0, "gr/athens"}, {12, "gr/athens"}, {0, "world"}, {0, "au/1770"}, {0, "gr"}}
	if got := d.References(); !slices.Equal(got, want) {
		t.Errorf("References = %v, want %v", got, want)
	}
}

func TestLinks(t *testing.T) {
	for _, c := range []struct{ in, url, short string }{
		{"see https://example.org.", "https://example.org", "example.org"},
		{"(https://example.org/a_(b))", "https://example.org/a_(b)", "example.org/a_(b)"},
		{"https://example.org/a?b=c&d#e!", "https://example.org/a?b=c&d#e", "example.org/a?b=c&d#e"},
		{"HTTP://EXAMPLE.org:080/x", "http://example.org:80/x", "http://example.org:80/x"},
		{"<https://example.org/a>", "https://example.org/a", "example.org/a"},
		{"「https://example.org/a」", "https://example.org/a", "example.org/a"},
		{"https://example.org/a。次", "https://example.org/a", "example.org/a"},
		{"https://example.jpを見て", "https://example.jp", "example.jp"},
		{"https://example.org/" + strings.Repeat("long/", 20), "https://example.org/" + strings.Repeat("long/", 20), "example.org/long/long/long/long/long/lo…"},
		{"https://example.org/a b", "https://example.org/a", "example.org/a"},
		{"**https://example.org/a**", "https://example.org/a", "example.org/a"},
		{"https://example.org/a|{}%zz%41#x#y", "https://example.org/a%7C%7B%7D%25zz%41#x%23y", "example.org/a|{}%zz%41#x#y"},
		{"https://θεσσαλονίκη.gr/Ω", "https://xn--kxadlkbpfqr1ba.gr/%CE%A9", "θεσσαλονίκη.gr/Ω"},
		{"https://BÜCHER.example", "https://xn--bcher-kva.example", "bücher.example"},
		{"https://中文.example/", "https://xn--fiq228c.example/", "中文.example"},
		{"https://президент.рф", "https://xn--d1abbgf6aiiy.xn--p1ai", "президент.рф"},
		{"https://[2001:DB8::1]:8080/", "https://[2001:db8::1]:8080/", "[2001:db8::1]:8080"},
		{"https://192.0.2.7/x", "https://192.0.2.7/x", "192.0.2.7/x"},
		// what isn't as it looks
		{"http://good.example@evil.example/", "http://evil.example/", "http://evil.example"},
		{"http://good.example:x@evil.example:80/", "http://evil.example:80/", "http://evil.example:80"},
		{`https://good.example\@evil.example`, "https://good.example", "good.example"},
		{"https://аррӏе.com", "https://xn--80ak6aa92e.com", "xn--80ak6aa92e.com"},
		{"https://gооgle.com", "https://xn--ggle-55da.com", "xn--ggle-55da.com"},
		{"https://ɡoogle.com", "https://xn--oogle-qmc.com", "xn--oogle-qmc.com"},
		{"https://ｅｖｉｌ.example", "https://evil.example", "evil.example"},
		{"https://good.example\u2024evil.example", "https://good.example.evil.example", "good.example.evil.example"},
		{"https://good.example\u2067/moc", "https://good.example", "good.example"},
		{"javascript:alert(1)", "", ""},
		{"javascript://example.org/%0aalert(1)", "", ""},
		{"xhttp://example.org", "", ""},
		{"http://3232235777/", "", ""},
		{"http://0x7f.1/", "", ""},
		{"http://0300.0250.1.1/", "", ""},
		{"http://a%2eb/", "", ""},
		{"http://℀.example", "", ""},
		{"http://-a.example", "", ""},
		{"http://a..b", "", ""},
		{"http://", "", ""},
		{"http://example.org:99999/", "", ""},
		{"http://" + strings.Repeat("a", 64) + ".org", "", ""},
	} {
		d := Parse(Clean(c.in))
		links := d.Links()
		if c.url == "" {
			if len(links) > 0 {
				t.Errorf("%q links to %q", c.in, links)
			}
			continue
		}
		if len(links) != 1 || links[0] != c.url {
			t.Errorf("%q links to %q, want %q", c.in, links, c.url)
			continue
		}
		for s := range d.spans {
			if s.Kind == Address && s.Link.Short() != c.short {
				t.Errorf("%q is shown as %q, want %q", c.in, s.Link.Short(), c.short)
			}
		}
	}
	got := Parse("https://example.org/a'b").HTML(Renderer{})
	want := `<p dir="auto"><a class="link" dir="ltr" href="https://example.org/a&#39;b" rel="nofollow ugc noreferrer noopener external"><bdi class="host">example.org</bdi><bdi>/a&#39;b</bdi></a></p>`
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// The examples of RFC 3492, section 7.1.
func TestPunycode(t *testing.T) {
	for in, want := range map[string]string{
		"ليهمابتكلموشعربي؟":               "egbpdaj6bu4bxfgehfvwxn",
		"他们为什么不说中文":                       "ihqwcrb4cv8a8dqg056pqjye",
		"למההםפשוטלאמדבריםעברית":          "4dbcagdahymbxekheh6e0a7fei0b",
		"почемужеонинеговорятпорусски":    "b1abfaaepdrnnbgefbadotcwatmq2g4l",
		"tạisaohọkhôngthểchỉnóitiếngviệt": "tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g",
		"3年b組金八先生":                        "3b-ww4c5e180e575a65lsy2b",
		"安室奈美恵-with-super-monkeys":        "-with-super-monkeys-pc58ag80a8qai00g7n9n",
		"세계의모든사람들이한국어를이해한다면얼마나좋을까":        "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c",
	} {
		if got := punycode([]rune(in)); got != want {
			t.Errorf("punycode(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"'''a''' **b >>5 c** `d`\n\n>e\n[code]\nf\n[/code]", 0, "a ▒ ▒▒▒ ▒ d\n\n>e\nf"},
		{"a\n\nb   c", 20, "a b c"},
		{"one two three four", 12, "one two…"},
		{"one two three", 13, "one two three"},
		{"東京都新宿区西新宿", 5, "東京都新…"},
		{"abcdefghijklmnop q", 6, "abcde…"},
		{"ab👩\u200d👩\u200d👧cd", 5, "ab…"},
		{"כן \u2067abc def\u2069", 9, "כן abc…"},
		{"https://example.org/ yes", 0, "example.org yes"},
	} {
		if got := Parse(Clean(c.in)).Plain(c.limit); got != c.want {
			t.Errorf("%q, %d: got %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

// allowed are the elements and attributes that may stand in HTML.
var allowed = map[atom.Atom]string{
	atom.P: "dir class", atom.Q: "", atom.Pre: "dir class", atom.Code: "dir", atom.Strong: "", atom.Em: "",
	atom.Span: "class tabindex title", atom.A: "class dir href rel", atom.Bdi: "class",
}

// checkHTML fails the test if s is not well formed or holds what it may not.
func checkHTML(t *testing.T, s string) {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatal(err)
	}
	var again strings.Builder
	for _, top := range nodes {
		if err := html.Render(&again, top); err != nil {
			t.Fatal(err)
		}
		if top.DataAtom != atom.P && top.DataAtom != atom.Pre {
			t.Fatalf("%s at the top of %s", top.Data, s)
		}
		for n := range top.Descendants() {
			checkNode(t, n)
		}
		checkNode(t, top)
	}
	if again.String() != s {
		t.Fatalf("not well formed: %s\nis read as      %s", s, again.String())
	}
}

func checkNode(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Type == html.TextNode {
		return
	}
	attributes, ok := allowed[n.DataAtom]
	if n.Type != html.ElementNode || !ok {
		t.Fatalf("%q is not allowed", n.Data)
	}
	for _, a := range n.Attr {
		if !slices.Contains(strings.Fields(attributes), a.Key) {
			t.Fatalf("%s may not have %s=%q", n.Data, a.Key, a.Val)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "https://") && !isOwn(a.Val) {
			t.Fatalf("link to %q", a.Val)
		}
	}
	if n.DataAtom == atom.Bdi || n.DataAtom == atom.Code {
		if strings.ContainsFunc(textOf(n), isDirection) {
			t.Fatalf("%s holds a directional control: %+q", n.Data, textOf(n))
		}
	}
}

func textOf(n *html.Node) string {
	text := ""
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text += d.Data
		}
	}
	return text
}

// ink is what of s isn't space or a character that marks are made of.
func ink(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("'`*", r) || unicode.IsSpace(r) || isDirection(r) {
			return -1
		}
		return r
	}, s)
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"'''''a'' b''' **c [spoiler]d\n>e** f[/spoiler]\n\n[code]\ng\n[/code] >>1 >>>/gr/athens/12 https://a.example/(b)",
		"`a` [code]b[/code] [code] [/code] [/code]", ">>>>5\n>>>>/gr/\n> >>404", "https://бa.example/\u2067 http://x@y@z/ http://[::1",
		"<script>alert(1)</script>\n<!--\n]]>", "'''a''b'''''c", "**''a**''", "[spoiler]\n[/spoiler]", "\u2067>>1\u2069 http://\u2066a",
		"[code]\n\u2067\n[/code]x", "'''''''''''''", "http://a.b\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		Parse(s).HTML(renderer)
		clean := Clean(s)
		d := Parse(clean)
		checkHTML(t, d.HTML(renderer))
		for _, r := range d.References() {
			if r.Number == 0 && r.Place == "" || r.Number < 0 {
				t.Fatalf("%q refers to %v", clean, r)
			}
		}
		plain := d.Plain(0)
		if !strings.ContainsAny(clean, "[*") && !strings.Contains(clean, "://") && ink(plain) != ink(clean) {
			t.Fatalf("%q is lost in %q", clean, plain)
		}
		if short := d.Plain(10); !utf8.ValidString(short) || utf8.RuneCountInString(short) > 10 || strings.Contains(short, "\n") {
			t.Fatalf("%q is cut to %q", clean, short)
		}
	})
}

// hostile are texts made to cost much.
var hostile = map[string]string{
	"references": strings.Repeat(">>1 ", 10000), "quotes": strings.Repeat(">q\n", 10000),
	"links": strings.Repeat("https://a.example/(b) ", 10000), "open code": strings.Repeat("[code]", 10000),
	"open marks": strings.Repeat("**a '''b ''c [spoiler] ", 10000), "apostrophes": strings.Repeat("'''''a", 10000),
	"fives between references": strings.Repeat("'''''x'''''"+strings.Repeat(">>1 ", 20), 500),
	"backticks":                strings.Repeat("` `` ", 10000), "brackets": "http://a/" + strings.Repeat("(", 20000) + strings.Repeat(")", 30000),
	"schemes": strings.Repeat("http://", 10000), "colons": strings.Repeat("://", 10000), "arrows": strings.Repeat(">", 50000),
	"boards": strings.Repeat(">>>/a/b/c/d", 5000), "labels": "http://" + strings.Repeat("é.", 20000), "spoilers": "[spoiler]" + strings.Repeat("a\n", 20000) + "[/spoiler]",
	"isolates": strings.Repeat("\u2067\u202a", 10000), "marks": "a" + strings.Repeat("\u0301\u0323", 20000),
}

func TestHostileTextIsWhole(t *testing.T) {
	for name, s := range hostile {
		t.Run(name, func(t *testing.T) {
			d := Parse(Clean(s))
			checkHTML(t, d.HTML(renderer))
			if n := len(d.References()); name == "references" && n != 1 {
				t.Errorf("%d references", n)
			}
		})
	}
}

// work does with a text all that is done with a post. Its time per byte in
// BenchmarkHostile doesn't grow with the length of the text.
func work(b *testing.B, s string) {
	b.ReportAllocs()
	for b.Loop() {
		d := Parse(Clean(s))
		d.HTML(renderer)
		d.Plain(200)
	}
}

func BenchmarkPost(b *testing.B) {
	post := strings.Repeat(">>1240\n>they never answer\nForty-nine years, it’s in the gazette. '''Source''': https://example.org/gazette/114 **Cyprus**\nΤα ενοίκια ανέβηκαν πάλι.\n\n", 3)
	clean := Clean(post)
	d := Parse(clean)
	b.Run("Clean", func(b *testing.B) {
		b.SetBytes(int64(len(post)))
		for b.Loop() {
			Clean(post)
		}
	})
	b.Run("Parse", func(b *testing.B) {
		b.SetBytes(int64(len(post)))
		b.ReportAllocs()
		for b.Loop() {
			Parse(clean)
		}
	})
	b.Run("HTML", func(b *testing.B) {
		b.SetBytes(int64(len(post)))
		b.ReportAllocs()
		for b.Loop() {
			d.HTML(renderer)
		}
	})
	b.Run("Plain", func(b *testing.B) {
		b.SetBytes(int64(len(post)))
		for b.Loop() {
			d.Plain(200)
		}
	})
}

func BenchmarkHostile(b *testing.B) {
	for name, s := range hostile {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			work(b, s)
		})
	}
}

func TestAnExcerptIsOfWhatTheWriterSays(t *testing.T) {
	for body, want := range map[string]string{
		">they never answer\nThen let us agree on the question.": "Then let us agree on the question.",
		">>12\n>quoted\nMine.": ">>12 Mine.",
		">only\n>quotes":       ">only >quotes",
	} {
		if got := Parse(body).Plain(100); got != want {
			t.Errorf("of %q: %q, want %q", body, got, want)
		}
		if got := Parse(body).Plain(0); got != body {
			t.Errorf("whole, %q is %q", body, got)
		}
	}
}
