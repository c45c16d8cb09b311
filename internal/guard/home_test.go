package guard

import "testing"

func TestWhatLooksLikeSomebodysHome(t *testing.T) {
	for _, words := range []string{
		"My place", "at our house, bring tea", "Egnatia 12, second bell", "Ring the bell: Papadopoulos", "Flat 3, red door",
		"Το σπίτι μου, στην Άνω Πόλη", "Διαμέρισμα, τρίτος όροφος", "Agiou Dimitriou 114", "Αγίου Δημητρίου 114",
		"14 Mill Lane", "12 rue des Lilas", "Hauptstr. 7", "Wohnung im Hinterhaus", "Calle Mayor, 5", "evimiz",
	} {
		if Home(words) == "" {
			t.Errorf("%q isn't asked about", words)
		}
	}
	for _, words := range []string{
		"", "Library café, ground floor", "The park by the White Tower", "Main square, by the fountain", "Municipal Library, Egnatia 12",
		"Πλατεία Αριστοτέλους", "Καφέ της Βιβλιοθήκης, Εθνικής Αμύνης 27", "Hauptbahnhof, Platz 1", "Community centre, 14 Mill Lane", "Plaza Mayor 5",
		"Town hall steps at 7", "A flatbed truck stands in front of the park",
	} {
		if what := Home(words); what != "" {
			t.Errorf("%q is asked about for %q", words, what)
		}
	}
}

func FuzzHome(f *testing.F) {
	f.Add("Egnatia 12, second bell")
	f.Add("\x00\xff 9999")
	f.Fuzz(func(t *testing.T, words string) { Home(words) })
}
