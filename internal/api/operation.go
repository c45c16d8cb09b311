package api

import "net/http"

// operation is what can be asked at an address.
type operation struct {
	route   string // as it is registered
	id      string
	summary string
	takes   []parameter
	sends   any  // zero value of the JSON that is sent; nil: none
	form    any  // zero value of the form that may be sent in its stead
	gives   any  // zero value of the answer
	status  int  // of that; 200 where it is 0
	actor   bool // who asks matters: a token may be brought
}

// parameter is one of an address: of its path, where its name is in the route,
// or of its query.
type parameter struct {
	name  string
	about string
	value schema
}

var (
	inPath = []parameter{
		{"place", "The id of a place.", schema{Type: "string", Examples: []any{"gr.athens"}}},
		{"number", "The number of a thread or a post.", schema{Type: "integer", Format: "int64", Minimum: some(1)}},
	}
	before = parameter{"before", "Read on: what the answer before gave as older.", schema{Type: "integer", Format: "int64", Minimum: some(1)}}
	full   = parameter{"full", "With the opening posts whole and the newest replies; at most 24 threads.", schema{Type: "boolean", Default: false}}
)

// limit is how much a list holds.
func limit(usual, most int64) parameter {
	return parameter{"limit", "How many at the most.", schema{Type: "integer", Minimum: some(1), Maximum: some(most), Default: usual}}
}

func some(n int64) *int64 { return &n }

// operations are what can be asked, each as it is registered in New.
var operations = []operation{
	{route: "GET /api/v1", id: "index", summary: "Where to begin.", gives: index{}},
	{route: "GET /api/v1/openapi.json", id: "openapi", summary: "This description.", gives: document{}},
	{route: "GET /api/v1/site", id: "site", summary: "What site this is, and its limits.", gives: site{}},

	{route: "GET /api/v1/places", id: "findPlaces", summary: "Find places by any of their names, in any script, with slips of the pen.", gives: foundPlaces{}, takes: []parameter{
		{"q", "A name, or its beginning; perhaps with its region or country.", schema{Type: "string", MaxLength: some(longestName)}},
		limit(usualPlaces, mostPlaces),
	}},
	{route: "GET /api/v1/places/{place}", id: "place", summary: "A place and how lively its board is.", gives: placeFull{}},
	{route: "GET /api/v1/places/{place}/places", id: "within", summary: "The places one step beneath a place.", gives: placeList{}, takes: []parameter{
		{"after", "Read on: what the answer before gave as next.", schema{Type: "string"}},
	}},
	{route: "GET /api/v1/places/{place}/boards", id: "liveliest", summary: "The liveliest boards within a place.", gives: boardList{}, takes: []parameter{limit(usualBoards, mostBoards)}},
	{route: "GET /api/v1/places/{place}/threads", id: "threads", summary: "The threads of a place's board, pinned ones first, then the one bumped last.", gives: threadList{}, takes: []parameter{before, limit(usualThreads, mostThreads), full}},
	{route: "GET /api/v1/places/{place}/everywhere", id: "everywhere", summary: "What the boards beneath a place bring up.", gives: threadList{}, takes: []parameter{before, limit(usualThreads, mostThreads)}},
	{route: "GET /api/v1/places/{place}/archive", id: "archive", summary: "The threads that left a place's board, the one opened last first.", gives: threadList{}, takes: []parameter{before, limit(usualThreads, mostThreads)}},
	{route: "GET /api/v1/threads", id: "newest", summary: "The threads that were opened last, everywhere.", gives: newestThreads{}, takes: []parameter{limit(usualThreads, mostThreads)}},
	{route: "GET /api/v1/threads/{number}", id: "thread", summary: "A thread: whole up to 300 posts, else its newest 100.", gives: threadFull{}, takes: []parameter{
		{"last", "So many of the newest replies.", schema{Type: "integer", Minimum: some(1), Maximum: some(300)}},
		{"before", "The 100 replies before this number.", schema{Type: "integer", Format: "int64", Minimum: some(1)}},
		{"after", "The 100 replies after this number.", schema{Type: "integer", Format: "int64", Minimum: some(1)}},
	}},
	{route: "GET /api/v1/posts/{number}", id: "post", summary: "A post and the thread it stands in.", gives: postFull{}},
	{route: "GET /api/v1/search", id: "search", summary: "Find posts by what is written in them.", gives: hits{}, takes: []parameter{
		{"q", "Words; \"several words\" for a phrase; -word for posts without it.", schema{Type: "string", MaxLength: some(longestQuery)}},
		{"place", "The id of a place: posts of its board and of those beneath it.", schema{Type: "string"}},
		{"thread", "Posts of this thread.", schema{Type: "integer", Format: "int64", Minimum: some(1)}},
		{"opening", "Posts that opened their thread.", schema{Type: "boolean"}},
		{"picture", "Posts with a picture that can be seen.", schema{Type: "boolean"}},
		{"from", "The first day.", schema{Type: "string", Format: "date"}},
		{"to", "The last day, itself included.", schema{Type: "string", Format: "date"}},
		{"newest", "The newest first, whatever matches better.", schema{Type: "boolean"}},
		{"after", "Read on: what the answer before gave as next.", schema{Type: "string", MaxLength: some(longestCursor)}},
	}},

	{route: "POST /api/v1/tickets", id: "ticket", summary: "A ticket, which every post needs one of.", gives: ticket{}, status: http.StatusCreated},
	{route: "POST /api/v1/pictures", id: "picture", summary: "Take in a picture, to be shown by a post within the hour. The ticket stays good for that post.", form: pictureForm{}, gives: picture{}, status: http.StatusCreated},
	{route: "POST /api/v1/previews", id: "preview", summary: "A post as it would stand; nothing is kept.", sends: draft{}, gives: previewed{}},
	{route: "POST /api/v1/places/{place}/threads", id: "start", summary: "Start a thread.", sends: newThread{}, form: threadForm{}, gives: posted{}, status: http.StatusCreated, actor: true},
	{route: "POST /api/v1/threads/{number}/posts", id: "reply", summary: "Reply to a thread.", sends: newReply{}, form: replyForm{}, gives: posted{}, status: http.StatusCreated, actor: true},
	{route: "POST /api/v1/posts/{number}/take-back", id: "takeBack", summary: "Take back a post of one's own.", sends: takingBack{}, gives: takenBack{}, actor: true},
}
