package place

import (
	"testing"

	"golang.org/x/text/language"
)

// What the catalogues don't know of Greece is known by its names in Greek.
func TestGreekNamesBesideTheCatalogues(t *testing.T) {
	g := loaded(t)
	for path, want := range map[string]string{
		"gr/nafplio": "Ναύπλιο", "gr/thermi": "Θέρμη", "gr/loutraki": "Λουτράκι", "gr/rafina": "Ραφήνα", "gr/kilkis": "Κιλκίς", "gr/polykastro": "Πολύκαστρο",
	} {
		p, ok := g.ByPath(path)
		if !ok {
			t.Errorf("no place %s", path)
			continue
		}
		if got := p.Name(language.Greek); got != want {
			t.Errorf("%s is %q in Greek, want %q", path, got, want)
		}
		if p.Native() != want {
			t.Errorf("%s is %q at home, want %q", path, p.Native(), want)
		}
	}
	greece, _ := g.ByPath("gr")
	named := 0
	cities := greece.Cities(1 << 20)
	for _, c := range cities {
		if c.Name(language.Greek) != c.Name(language.English) {
			named++
		}
	}
	if named*10 < len(cities)*9 {
		t.Errorf("only %d of %d places in Greece have a Greek name", named, len(cities))
	}
}
