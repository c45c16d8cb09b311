package gazetteer

// Strings is many strings held as one: the text, and where each begins. The
// last number is where the text ends.
type Strings struct {
	Text string
	At   []uint32
}

// Len is how many strings there are.
func (s Strings) Len() int { return max(len(s.At)-1, 0) }

// Get is the string number i.
func (s Strings) Get(i uint32) string { return s.Text[s.At[i]:s.At[i+1]] }

// Pack makes Strings of a list.
func Pack(list []string) Strings {
	size := 0
	for _, s := range list {
		size += len(s)
	}
	text := make([]byte, 0, size)
	at := make([]uint32, 1, len(list)+1)
	for _, s := range list {
		text = append(text, s...)
		at = append(at, uint32(len(text)))
	}
	return Strings{Text: string(text), At: at}
}

// Tables is everything the gazetteer knows. Numbers called start lists have
// one more entry than what they divide: things of i are from [i] to [i+1].
type Tables struct {
	Langs []string // catalogue names as gettext writes them: "el", "zh_TW"; at most 255
	Zones []string // names of the zone database: "Europe/Athens"

	Codes       []string // country codes, lower case, sorted
	CountryLang []uint8  // main language of each country: index in Langs plus 1; 0 for none
	Regions     []uint32 // start list over countries: their regions, counted from 0

	RegionCodes []string // GeoNames' first-level code: "ESYE31", "IL"
	RegionLang  []uint8  // main language where it is not the country's, else as CountryLang

	// Cities lie in blocks, one for each region in order, each country's regions
	// followed by a block of its cities without a region. So there are
	// len(RegionCodes)+len(Codes) blocks, and Blocks is a start list over them.
	Blocks []uint32
	ID     []uint32 // GeoNames id
	Lat    []int32  // in 1/10,000 of a degree
	Lon    []int32
	People []uint32
	Zone   []uint16 // index in Zones

	// Quarters are places that GeoNames knows and that have no board of their
	// own: their names lead to the city that Host names (counted from 0).
	Host          []uint32
	QuarterPeople []uint32

	Written  Names    // sorted by key and then by bytes
	Postings []uint32 // start list over written names: the places that bear them
	Bearers  []uint32 // place<<1, plus 1 where it is one of the place's chief names; ascending

	Paths         Strings  // of all places that have one: "world", "gr", "gr/attica", "gr/athens"
	Primary       []uint32 // for each place: its name, as a number of Written
	Displays      []uint32 // start list over places: their names by language
	DisplayLang   []uint8  // index in Langs, ascending within a place
	DisplayName   []uint32 // a number of Written
	NameStarts    []uint32 // start list over places: all of their names
	NamesOfPlaces []uint32 // numbers of Written, ascending within a place
}

// Places is how many places there are of all kinds, with the world.
func (t *Tables) Places() int { return t.FirstQuarter() + len(t.Host) }

// FirstRegion, FirstCity and FirstQuarter are the numbers of the first place
// of a kind. The first country is 1.
func (t *Tables) FirstRegion() int  { return 1 + len(t.Codes) }
func (t *Tables) FirstCity() int    { return t.FirstRegion() + len(t.RegionCodes) }
func (t *Tables) FirstQuarter() int { return t.FirstCity() + len(t.ID) }

// TurnNames fills NameStarts and NamesOfPlaces from the postings, of which
// they are the other direction.
func (t *Tables) TurnNames() {
	n := t.Places()
	starts := make([]uint32, n+1)
	for _, b := range t.Bearers {
		starts[b>>1+1]++
	}
	for i := range n {
		starts[i+1] += starts[i]
	}
	next := make([]uint32, n)
	copy(next, starts)
	names := make([]uint32, len(t.Bearers))
	for w := range len(t.Postings) - 1 {
		for _, b := range t.Bearers[t.Postings[w]:t.Postings[w+1]] {
			names[next[b>>1]] = uint32(w)
			next[b>>1]++
		}
	}
	t.NameStarts, t.NamesOfPlaces = starts, names
}
