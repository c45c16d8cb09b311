package board

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/trip"
)

// Limits are a site's settings for what is written on its boards.
type Limits struct {
	PostLength  int  // characters in a post, at the most
	ThreadPosts int  // posts in a thread before it is full; 0: never
	BumpLimit   int  // posts in a thread after which replies don't bump it; 0: never
	Threads     int  // threads on a board before the oldest is archived; 0: any number
	Names       bool // a name may be given
	Tripcodes   bool // name#word and name##word make a mark that others can't
	Pictures    order.Pictures
}

// Bounds that are no settings: what no reader and no writer misses.
const (
	subjectLength = 120
	nameLength    = 60
	maxQuotes     = 60 // references in a post
	maxLinks      = 30
	altLength     = 500 // characters that tell what a picture shows
)

// Thread is an opening post and its replies, without their texts.
type Thread struct {
	Number     int64 // that of its opening post
	Place      place.Place
	Subject    string    // "" where none was given
	Posts      int       // that stand, the opening post among them
	Pictures   int       // in those posts
	At         time.Time // in the place's zone, as are LastAt and ArchivedAt
	LastAt     time.Time
	Locked     bool      // closed to replies
	Pinned     bool      // stands above the others of its board
	Full       bool      // has as many posts as the site allows
	Settled    bool      // has so many that replies no longer bump it
	ArchivedAt time.Time // when it left its board, to be read and no more; zero where it stands there
	Card       string    // the kind of its card, or ""
	bump       int64
}

// Archived reports whether the thread has left its board.
func (t Thread) Archived() bool { return !t.ArchivedAt.IsZero() }

// Replies is how many posts answer the opening post.
func (t Thread) Replies() int { return max(t.Posts-1, 0) }

// BumpedBy is the number of the post that bumped the thread last. Threads stand
// on their board in the order of it.
func (t Thread) BumpedBy() int64 { return t.bump }

// Path is the address of the thread on its site.
func (t Thread) Path() string { return threadPath(t.Place.Path(), t.Number) }

// Open reports whether the thread takes replies.
func (t Thread) Open() bool { return !t.Locked && !t.Full && !t.Archived() }

func threadPath(place string, thread int64) string { return fmt.Sprintf("/%s/t/%d", place, thread) }

// Post is one post.
type Post struct {
	Number   int64
	Thread   int64
	Name     string // "" where none was given
	Trip     string // with its ! or !!, or ""
	Tag      string // poster tag
	Body     string // as written; "" where Gone
	Sage     bool
	Gone     bool // taken back
	At       time.Time
	Pictures []media.Attached
	Refs     []Target // the posts that it refers to, where they stand
	Back     []Target // the posts that refer to it
}

// Opens reports whether the post opened its thread.
func (p Post) Opens() bool { return p.Number == p.Thread }

// Document is the post's text as a tree.
func (p Post) Document() text.Document { return text.Parse(p.Body) }

// Refers finds the post with a number among those that p refers to.
func (p Post) Refers(number int64) (Target, bool) {
	for _, t := range p.Refs {
		if t.Number == number {
			return t, true
		}
	}
	return Target{}, false
}

// Target is where a post stands.
type Target struct {
	Number int64
	Thread int64
	Place  string // path of the board
}

// Path is the post's address on its site.
func (t Target) Path() string {
	return fmt.Sprintf("%s#p%d", threadPath(t.Place, t.Thread), t.Number)
}

// NewThread is what somebody sends who starts a thread.
type NewThread struct {
	Place   place.Place
	Subject string
	Card    Card
	NewPost
}

// Card is what makes a thread more than talk. Its noun keeps its fields: Write
// stores them in the transaction in which the thread is started.
type Card struct {
	Kind  string // "" for none
	Write func(tx *db.Tx, t Target) error
}

// NewPost is what somebody sends who replies.
type NewPost struct {
	Name     string // with #word or ##word for a tripcode
	Body     string
	Options  string // of the imageboards: words, of which "sage" is known here
	Sage     bool   // don't bump the thread
	Pictures []media.New
	Once     []byte // see guard.Once; nil: no form
}

// sage reports whether the post asks, in either way, not to bump its thread.
func (n NewPost) sage() bool {
	return n.Sage || HasOption(n.Options, "sage")
}

// HasOption reports whether a word stands in an options field. Old habits
// write it in any case and between spaces or commas.
func HasOption(options, word string) bool {
	for _, o := range strings.FieldsFunc(strings.ToLower(options), func(r rune) bool { return r == ' ' || r == ',' }) {
		if o == word {
			return true
		}
	}
	return false
}

// clean is a post that may be stored: what was sent, cleaned and checked.
type clean struct {
	subject, name, trip, body string
	numbers                   []int64 // the posts it refers to
	pictures                  []media.New
	free                      bool // its pictures don't wait
}

// check cleans what was sent and finds all that is wrong with it, each fault
// on its field. The secret is that of the secure tripcodes.
func (l Limits) check(at place.Place, subject string, n NewPost, secret []byte) (clean, error) {
	c, faults := l.checkWords(subject, n, secret)
	return c, fault.Join(append(faults, l.checkPlace(at, &c))...)
}

// checkWords is what check does that is the same in every place.
func (l Limits) checkWords(subject string, n NewPost, secret []byte) (clean, []*fault.Fault) {
	c := clean{subject: text.CleanLine(subject), body: text.Clean(n.Body)}
	document := text.Parse(c.body)
	for _, r := range document.References() {
		if r.Number > 0 {
			c.numbers = append(c.numbers, r.Number)
		}
	}
	faults := []*fault.Fault{
		printable("subject", subject),
		longest("subject", "board.subject_too_long", c.subject, subjectLength),
		printable("body", n.Body),
		l.checkBody(c.body, document, len(n.Pictures)),
	}
	for i, p := range n.Pictures {
		field := fmt.Sprintf("alt-%d", i+1)
		p.Alt = text.CleanLine(p.Alt)
		faults = append(faults, printable(field, n.Pictures[i].Alt), longest(field, "board.alt_too_long", p.Alt, altLength))
		c.pictures = append(c.pictures, p)
	}
	if l.Names {
		var word string
		c.name, word = trip.Split(n.Name)
		c.name = text.CleanLine(c.name)
		faults = append(faults, printable("name", n.Name), longest("name", "board.name_too_long", c.name, nameLength))
		if l.Tripcodes {
			c.trip = trip.Mark(secret, word)
		}
	}
	return c, faults
}

// checkPlace finds whether a place's board shows pictures, and those of a post
// without waiting.
func (l Limits) checkPlace(at place.Place, c *clean) *fault.Fault {
	images := l.Pictures.On(at)
	c.free = images == order.ImagesOn
	switch {
	case len(c.pictures) > 0 && images == order.ImagesOff:
		return fault.New(fault.Invalid, "board.no_pictures").On("picture")
	case len(c.pictures) > media.MaxPictures:
		return fault.New(fault.Invalid, "board.too_many_pictures", "limit", media.MaxPictures).On("picture")
	}
	return nil
}

func (l Limits) checkBody(body string, document text.Document, pictures int) *fault.Fault {
	length := text.Length(body)
	quotes, links := len(document.References()), len(document.Links())
	switch {
	case length == 0 && pictures == 0:
		return fault.New(fault.Invalid, "board.empty").On("body")
	case length > l.PostLength:
		return fault.New(fault.Invalid, "board.too_long", "limit", l.PostLength, "length", length).On("body")
	case quotes > maxQuotes:
		return fault.New(fault.Invalid, "board.too_many_quotes", "limit", maxQuotes, "count", quotes).On("body")
	case links > maxLinks:
		return fault.New(fault.Invalid, "board.too_many_links", "limit", maxLinks, "count", links).On("body")
	}
	return nil
}

func longest(field, message, s string, limit int) *fault.Fault {
	if length := text.Length(s); length > limit {
		return fault.New(fault.Invalid, message, "limit", limit, "length", length).On(field)
	}
	return nil
}

// printable refuses what no reader could see: bytes that are no text and
// control characters. The form comes back without them.
func printable(field, s string) *fault.Fault {
	if !utf8.ValidString(s) {
		return fault.New(fault.Invalid, "board.not_text").On(field)
	}
	for _, r := range s {
		if (r < ' ' && r != '\n' && r != '\r' && r != '\t') || (r >= 0x7f && r < 0xa0 && r != 0x85) {
			return fault.New(fault.Invalid, "board.control_characters").On(field)
		}
	}
	return nil
}
