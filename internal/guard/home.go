package guard

import (
	"regexp"
	"strings"

	"moot/internal/text"
)

// homeWords are words by which people tell the way to where somebody lives, as
// text.Fold leaves them.
var homeWords = []string{
	"my place", "my home", "my house", "my flat", "my apartment", "our place", "our home", "our house", "at mine",
	"doorbell", "ring the bell", "bell marked", "apartment", "flat", "apt",
	"σπιτι μου", "σπιτι μας", "διαμερισμα", "κουδουνι",
	"chez moi", "chez nous", "appartement", "sonnette", "bei mir", "bei uns", "wohnung", "klingel",
	"mi casa", "nuestra casa", "piso", "timbre", "casa mia", "casa nostra", "campanello", "minha casa", "apartamento",
	"evim", "evimiz", "daire", "moj dom", "mieszkanie", "domofon",
}

// streetNumber is a street's name with a house's number: a number of up to four
// digits, perhaps with a letter, behind or before a word.
var streetNumber = regexp.MustCompile(`(?m)\p{L}{3,}\.?,? (?:(?:no|nr|αρ)\.? ?)?\d{1,4} ?[a-zα-ω]?(?:$|[,;.)\n ])|(?:^|[\n,;( ])\d{1,4}[a-z]? (?:rue|via|calle|rua|avenue|street|road|lane)\b|(?:^|[\n,;( ])\d{1,4}[a-z]? \p{L}+ (?:street|st|road|rd|lane|ln|avenue|ave|drive|close|court|terrace|row|square|place)\b`)

// publicWords are those of places that are open to all, whose address says nothing
// of anybody.
var publicWords = []string{
	"library", "cafe", "park", "square", "station", "museum", "university", "school", "church", "theatre", "theater", "hall", "pub", "bar",
	"market", "centre", "center", "garden", "beach", "town hall", "community", "bookshop", "cinema", "playground",
	"βιβλιοθηκη", "καφε", "παρκο", "πλατεια", "σταθμος", "μουσειο", "πανεπιστημιο", "δημαρχειο", "στεκι", "κηπος",
	"bibliotheque", "place", "gare", "mairie", "bibliothek", "platz", "bahnhof", "rathaus", "biblioteca", "plaza", "parque", "estacion", "piazza", "parco", "stazione", "praca", "kutuphane", "meydan",
}

// Home is what makes the words that tell where to meet look as if somebody lives
// there, or "": a word such as "doorbell", or a street's name with a number where
// no public place is named. It guesses; whoever wrote them is asked.
func Home(words string) string {
	folded := " " + strings.Join(strings.FieldsFunc(text.Fold(words), notOfAWord), " ") + " "
	for _, w := range homeWords {
		if strings.Contains(folded, " "+w+" ") {
			return w
		}
	}
	for _, w := range publicWords {
		if strings.Contains(folded, " "+w+" ") {
			return ""
		}
	}
	return strings.Trim(streetNumber.FindString(text.Fold(words)), " ,;.()\n")
}

func notOfAWord(r rune) bool {
	return strings.ContainsRune(" ,;.:!?()[]\"'’“”\n\t-–—/", r)
}
