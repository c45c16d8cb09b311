package search

import (
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/media"
)

// shown writes pieces with the marked ones in brackets.
func shown(pieces []Piece) string {
	var w strings.Builder
	for _, p := range pieces {
		if p.Marked {
			w.WriteString("[" + p.Text + "]")
		} else {
			w.WriteString(p.Text)
		}
	}
	return w.String()
}

func planOf(text string) plan { return Query{Text: text}.plan(gazetteer(), noon) }

func TestMarks(t *testing.T) {
	for _, c := range []struct{ query, text, want string }{
		{"rents", "Rents, RENTS and parents", "[Rents], [RENTS] and parents"},
		{`"by a third"`, "Up by  a third, by half a third", "Up [by  a third], by half a third"},
		{"οδος", "Στην Οδό, στην ΟΔΌΣ", "Στην Οδό, στην [ΟΔΌΣ]"},
		{"strasse", "Die Straße, STRASSE", "Die [Straße], [STRASSE]"},
		{"cafe", "Cafe\u0301 CAFÉ cafés", "[Cafe\u0301] [CAFÉ] cafés"},
		{"الايجار", "ارتفع الإيجارُ", "ارتفع [الإيجارُ]"},
		{"東京", "東京都と東京", "[東京]都と[東京]"},
		{"東京都", "大東京都と東京", "大[東京都]と東京"},
		{"京", "東京都", "東[京]都"},
		{"iphone電", "iPhone電池", "[iPhone][電]池"},
		{"データ", "ﾃﾞｰﾀです", "[ﾃﾞｰﾀ]です"},
		{"นี่", "ที่นี่", "ที่[นี่]"},
		{"half 1", "½ or half", "[½] or [half]"},
		{"don't", "Don’t, don t", "[Don’t], [don t]"},
		{"a -b", "a b", "[a] b"},
		{"rents place:gr/athens is:opening", "rents in gr/athens", "[rents] in gr/athens"},
		{`up "up by"`, "up by and up", "[up by] and [up]"},
		{"", "nothing", "nothing"},
	} {
		if got := shown(planOf(c.query).mark(c.text)); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.query, c.text, got, c.want)
		}
	}
}

func TestSnippets(t *testing.T) {
	far := strings.Repeat("before it there is a lot to say. ", 40)
	for _, c := range []struct{ query, body, want string }{
		{"key", "Who has\n\nthe key?\n>nobody", "Who has the [key]? >nobody"},
		{"'''key'''", "Who '''has''' the '''key'''?", "Who has the [key]?"},
		{"key", "no **key** here, but a key", "no ▒▒▒ here, but a [key]"},
		{"key", "\u202eturned\u202c key \u2066isolated\u2069", "turned [key] isolated"},
	} {
		if got := shown(planOf(c.query).snippet(board.Post{Body: c.body})); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.query, c.body, got, c.want)
		}
	}
	for _, c := range []struct{ query, body, begins, holds, ends string }{
		{"key", far + "The key is here. " + far, "… ", "The [key] is here. before", " …"},
		{"key lock", "A key. " + far + "A key and a lock. " + far, "… ", "A [key] and a [lock].", " …"},
		{"key", "The key. " + far, "The [key]. before", "to say.", " …"},
		{"key", far + "The key.", "… ", "The [key].", "."},
		{"nowhere", far, "before it", "a lot", " …"},
		{"鍵", strings.Repeat("日本語", 200) + "鍵" + strings.Repeat("日本語", 200), "… ", "語[鍵]日", " …"},
		{"z", strings.Repeat("e\u0301", 400) + " z", "… ", "[z]", "[z]"},
		{"", far, "before it there", "a lot", " …"},
	} {
		got := shown(planOf(c.query).snippet(board.Post{Body: c.body}))
		if !strings.HasPrefix(got, c.begins) || !strings.Contains(got, c.holds) || !strings.HasSuffix(got, c.ends) {
			t.Errorf("%q: %q, want %q … %q … %q", c.query, got, c.begins, c.holds, c.ends)
		}
		if n := len([]rune(got)); n > snippetLength+12 {
			t.Errorf("%q: a snippet of %d characters", c.query, n)
		}
		if strings.Contains(got, "… \u0301") {
			t.Errorf("%q: begins within a letter: %q", c.query, got)
		}
	}
}

func TestPicturesAreFoundByWhatTheyShow(t *testing.T) {
	picture := func(alt string, state media.State, free, spoiler bool) media.Attached {
		return media.Attached{Picture: media.Picture{State: state}, Alt: alt, Free: free, Spoiler: spoiler}
	}
	p := board.Post{Number: 2, Thread: 1, At: time.Unix(0, 0), Body: "Look.", Pictures: []media.Attached{
		picture("a red door", media.Shown, false, false),
		picture("a green door", media.Waiting, false, false),
		picture("a blue door", media.Waiting, true, false),
		picture("a secret door", media.Shown, false, true),
		picture("a lost door", media.Removed, true, false),
	}}
	if got := shown(planOf("door").snippet(p)); got != "Look. a red [door] a blue [door]" {
		t.Errorf("shown: %q", got)
	}
	if pictures(p) != 3 {
		t.Errorf("%d can be seen", pictures(p))
	}
	e := index(board.Written{Post: p, Place: at(t, "gr/athens")})
	if got := e.fts5(); !strings.Contains(got, "red door :: a blue door ::") || !strings.Contains(got, hasPicture) || strings.Contains(got, "green") || strings.Contains(got, "secret") || strings.Contains(got, "lost") {
		t.Errorf("indexed: %q", got)
	}
	waiting := index(board.Written{Post: board.Post{Pictures: p.Pictures[1:2]}})
	if strings.Contains(waiting.fts5(), hasPicture) {
		t.Error("a picture that waits is told of")
	}
}
