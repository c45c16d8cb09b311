package api

import (
	"encoding/json"
	"net/http"

	"moot/internal/api/openapi"
	"moot/internal/api/rest"
	"moot/internal/meetup"
)

// version is that of the API: the first number stands in its addresses.
const version = "1.0.0"

const about = `Everything that the pages of this site can do, for programs. Read docs/api.md of its source first: it has an example.

Who posts gets a ticket, waits or does its work, and sends it with the post. Nobody needs an account: a token is made for who brings none, and is told once.

Times are kept to the minute. Texts are in the site's markup; html is safe to show as it is. Fields are added in time, and never taken away: pass over those that you don't know.`

// describe is the description of all this.
func describe(s Site) json.RawMessage {
	return openapi.Document{
		Title: s.Name, Version: version, About: about, Server: s.Base, Problem: rest.Problem{}, InPath: inPath,
		Token: "The token that an earlier post was answered with; at a hand's addresses the hand's, and for who hosts a meetup the host's.",
	}.Describe(operations)
}

// document is the description, as it is given.
type document map[string]any

type (
	operation = openapi.Operation
	parameter = openapi.Parameter
	schema    = openapi.Schema
)

var (
	inPath = []parameter{
		takes("place", "The id of a place.", schema{Type: "string", Examples: []any{"gr.athens"}}),
		takes("number", "The number of a thread or a post.", schema{Type: "integer", Format: "int64", Minimum: some(1)}),
	}
	before = takes("before", "Read on: what the answer before gave as older.", schema{Type: "integer", Format: "int64", Minimum: some(1)})
	full   = takes("full", "With the opening posts whole and the newest replies; at most 24 threads.", schema{Type: "boolean", Default: false})
)

// limit is how much a list holds.
func limit(usual, most int64) parameter {
	return takes("limit", "How many at the most.", schema{Type: "integer", Minimum: some(1), Maximum: some(most), Default: usual})
}

func takes(name, about string, value schema) parameter {
	return parameter{Name: name, About: about, Value: value}
}

func some(n int64) *int64 { return &n }

// operations are what can be asked, each as it is registered in New.
var operations = []operation{
	{Route: "GET /api/v1", ID: "index", Summary: "Where to begin.", Gives: index{}},
	{Route: "GET /api/v1/openapi.json", ID: "openapi", Summary: "This description.", Gives: document{}},
	{Route: "GET /api/v1/site", ID: "site", Summary: "What site this is, and its limits.", Gives: site{}},

	{Route: "GET /api/v1/places", ID: "findPlaces", Summary: "Find places by any of their names, in any script, with slips of the pen.", Gives: foundPlaces{}, Takes: []parameter{
		takes("q", "A name, or its beginning; perhaps with its region or country.", schema{Type: "string", MaxLength: some(longestName)}),
		limit(usualPlaces, mostPlaces),
	}},
	{Route: "GET /api/v1/places/{place}", ID: "place", Summary: "A place and how lively its board is.", Gives: placeFull{}},
	{Route: "GET /api/v1/places/{place}/places", ID: "within", Summary: "The places one step beneath a place.", Gives: placeList{}, Takes: []parameter{
		takes("after", "Read on: what the answer before gave as next.", schema{Type: "string"}),
	}},
	{Route: "GET /api/v1/places/{place}/boards", ID: "liveliest", Summary: "The liveliest boards within a place.", Gives: boardList{}, Takes: []parameter{limit(usualBoards, mostBoards)}},
	{Route: "GET /api/v1/places/{place}/threads", ID: "threads", Summary: "The threads of a place's board, pinned ones first, then the one bumped last.", Gives: threadList{}, Takes: []parameter{before, limit(usualThreads, mostThreads), full}},
	{Route: "GET /api/v1/places/{place}/everywhere", ID: "everywhere", Summary: "What the boards beneath a place bring up.", Gives: threadList{}, Takes: []parameter{before, limit(usualThreads, mostThreads)}},
	{Route: "GET /api/v1/places/{place}/archive", ID: "archive", Summary: "The threads that left a place's board, the one opened last first.", Gives: threadList{}, Takes: []parameter{before, limit(usualThreads, mostThreads)}},
	{Route: "GET /api/v1/threads", ID: "newest", Summary: "The threads that were opened last, everywhere.", Gives: newestThreads{}, Takes: []parameter{limit(usualThreads, mostThreads)}},
	{Route: "GET /api/v1/threads/{number}", ID: "thread", Summary: "A thread: whole up to 300 posts, else its newest 100.", Gives: threadFull{}, Takes: []parameter{
		takes("last", "So many of the newest replies.", schema{Type: "integer", Minimum: some(1), Maximum: some(300)}),
		takes("before", "The 100 replies before this number.", schema{Type: "integer", Format: "int64", Minimum: some(1)}),
		takes("after", "The 100 replies after this number.", schema{Type: "integer", Format: "int64", Minimum: some(1)}),
	}},
	{Route: "GET /api/v1/posts/{number}", ID: "post", Summary: "A post and the thread it stands in.", Gives: postFull{}},
	{Route: "GET /api/v1/search", ID: "search", Summary: "Find posts by what is written in them.", Gives: hits{}, Takes: []parameter{
		takes("q", "Words; \"several words\" for a phrase; -word for posts without it.", schema{Type: "string", MaxLength: some(longestQuery)}),
		takes("place", "The id of a place: posts of its board and of those beneath it.", schema{Type: "string"}),
		takes("thread", "Posts of this thread.", schema{Type: "integer", Format: "int64", Minimum: some(1)}),
		takes("opening", "Posts that opened their thread.", schema{Type: "boolean"}),
		takes("picture", "Posts with a picture that can be seen.", schema{Type: "boolean"}),
		takes("from", "The first day.", schema{Type: "string", Format: "date"}),
		takes("to", "The last day, itself included.", schema{Type: "string", Format: "date"}),
		takes("newest", "The newest first, whatever matches better.", schema{Type: "boolean"}),
		takes("after", "Read on: what the answer before gave as next.", schema{Type: "string", MaxLength: some(longestCursor)}),
	}},

	{Route: "POST /api/v1/tickets", ID: "ticket", Summary: "A ticket, which every post needs one of.", Gives: ticket{}, Status: http.StatusCreated},
	{Route: "POST /api/v1/pictures", ID: "picture", Summary: "Take in a picture, to be shown by a post within the hour. The ticket stays good for that post.", Form: pictureForm{}, Gives: picture{}, Status: http.StatusCreated},
	{Route: "POST /api/v1/previews", ID: "preview", Summary: "A post as it would stand; nothing is kept.", Sends: draft{}, Gives: previewed{}},
	{Route: "POST /api/v1/places/{place}/threads", ID: "start", Summary: "Start a thread.", Sends: newThread{}, Form: threadForm{}, Gives: posted{}, Status: http.StatusCreated, Actor: true},
	{Route: "POST /api/v1/threads/{number}/posts", ID: "reply", Summary: "Reply to a thread.", Sends: newReply{}, Form: replyForm{}, Gives: posted{}, Status: http.StatusCreated, Actor: true},
	{Route: "POST /api/v1/posts/{number}/take-back", ID: "takeBack", Summary: "Take back a post of one's own.", Sends: takingBack{}, Gives: takenBack{}, Actor: true},

	{Route: "GET /api/v1/places/{place}/hands", ID: "hands", Summary: "How many hands are up in a city, and in those near it.", Gives: hands{}},
	{Route: "POST /api/v1/places/{place}/hands", ID: "raise", Summary: "Put a hand up in a city.", Sends: newHand{}, Gives: raised{}, Status: http.StatusCreated},
	{Route: "GET /api/v1/hand", ID: "hand", Summary: "The hand whose token is brought.", Gives: hand{}, Actor: true},
	{Route: "POST /api/v1/hand/renew", ID: "renew", Summary: "Keep the hand up for its whole time from now on.", Gives: hand{}, Actor: true},
	{Route: "POST /api/v1/hand/lower", ID: "lower", Summary: "Take the hand down, and what it marked.", Gives: lowered{}, Actor: true},
	{Route: "POST /api/v1/hand/move", ID: "move", Summary: "Take the hand to another city, or have it reach further or less far.", Sends: movedHand{}, Gives: hand{}, Actor: true},
	{Route: "POST /api/v1/places/{place}/convenings", ID: "ask", Summary: "Ask all hands of a city for a date: open a convening.", Sends: asking{}, Gives: posted{}, Status: http.StatusCreated, Actor: true},
	{Route: "GET /api/v1/threads/{number}/convening", ID: "convening", Summary: "The convening on a thread, and how it is marked.", Gives: convening{}, Actor: true},
	{Route: "POST /api/v1/threads/{number}/marks", ID: "mark", Summary: "Mark times and places, with a hand's token.", Sends: marking{}, Gives: convening{}, Actor: true},
	{Route: "POST /api/v1/threads/{number}/venues", ID: "propose", Summary: "Propose a public place to a convening.", Sends: newVenue{}, Gives: convening{}, Status: http.StatusCreated},

	{Route: "GET /api/v1/places/{place}/meetups", ID: "coming", Summary: "The meetups that are to come in a place and what lies in it.", Gives: meetupList{}, Takes: []parameter{
		takes("after", "Read on: what the answer before gave as next.", schema{Type: "string", MaxLength: some(longestCursor)}),
		limit(usualMeetups, meetup.Most),
	}},
	{Route: "POST /api/v1/places/{place}/meetups", ID: "announce", Summary: "Announce a meetup: start a thread with it.", Sends: newMeetup{}, Gives: announced{}, Status: http.StatusCreated, Actor: true},
	{Route: "GET /api/v1/meetups/{number}", ID: "meetup", Summary: "The meetup on a thread.", Gives: meetupFull{}, Actor: true},
	{Route: "POST /api/v1/meetups/{number}/answers", ID: "rsvp", Summary: "Say whether one comes, in place of what one said before.", Sends: rsvp{}, Gives: answered{}, Actor: true},
	{Route: "GET /api/v1/meetups/{number}/notes", ID: "notes", Summary: "What was written to the host, with the host's token.", Gives: notes{}, Actor: true},
	{Route: "POST /api/v1/meetups/{number}/edit", ID: "edit", Summary: "Have a meetup say something else, with the host's token.", Sends: details{}, Gives: meetupFull{}, Actor: true},
	{Route: "POST /api/v1/meetups/{number}/move", ID: "moveMeetup", Summary: "Have it be at another time or place; the answers follow.", Sends: movedMeetup{}, Gives: meetupFull{}, Actor: true},
	{Route: "POST /api/v1/meetups/{number}/cancel", ID: "cancel", Summary: "Cancel it, with a reason.", Sends: cancelling{}, Gives: meetupFull{}, Actor: true},
	{Route: "POST /api/v1/meetups/{number}/times/move", ID: "moveOne", Summary: "Have a single one of its times begin at another.", Sends: movedSingle{}, Gives: meetupFull{}, Actor: true},
	{Route: "POST /api/v1/meetups/{number}/times/drop", ID: "dropOne", Summary: "Have a single one of its times not be held.", Sends: droppedSingle{}, Gives: meetupFull{}, Actor: true},
}
