package api

import "time"

// The shapes of what is taken and given. A field's words for the description
// stand in its tag doc; example, enum, min and max say more where there is more
// to say. A field that is left out where it has no value has omitempty or
// omitzero; all others are always there.

type index struct {
	Site        string `json:"site" doc:"What the site calls itself."`
	Description string `json:"description" doc:"Address of the OpenAPI description of all this."`
	Guide       string `json:"guide,omitempty" doc:"Address of the source of the running program, with docs/api.md in it."`
	Info        string `json:"info" doc:"Address of the site's limits and languages."`
	Places      string `json:"places" doc:"Address to find places at; put a name for {name}."`
	World       string `json:"world" doc:"Address of the place that holds all others."`
}

type site struct {
	Name      string     `json:"name" doc:"What the site calls itself."`
	Base      string     `json:"base,omitempty" doc:"Its public address."`
	Source    string     `json:"source,omitempty" doc:"Where the source of the running program can be had."`
	Languages []language `json:"languages" doc:"The languages it speaks; ask for one by Accept-Language."`
	Boards    int        `json:"boards" doc:"Boards that have posts."`
	Posts     int        `json:"posts" doc:"Posts on them."`
	Limits    limits     `json:"limits"`
	Ladder    rules      `json:"ladder"`
}

type rules struct {
	HandDays int `json:"hand_days" doc:"That a hand stays up after the week in which it went up or was renewed."`
	Shown    int `json:"hands_shown" doc:"Hands from which on their number is told."`
	Held     int `json:"hands_held" doc:"Hands that one device has."`
	Hands    int `json:"convening_hands" doc:"Hands that open a convening by themselves."`
	Ask      int `json:"convening_ask" doc:"Hands from which on one of them may open one."`
	Days     int `json:"convening_days" doc:"That one stands open at the most."`
	Enough   int `json:"convening_enough" doc:"Hands that one time suits close it at once."`
	Least    int `json:"convening_least" doc:"Hands that the best time must suit."`
}

type language struct {
	Code string `json:"code" example:"en"`
	Name string `json:"name" doc:"What the language calls itself."`
}

type limits struct {
	PostLength   int  `json:"post_length" doc:"Characters (code points) in a post."`
	ThreadPosts  int  `json:"thread_posts" doc:"Posts in a thread before it is full; 0: any number."`
	BumpLimit    int  `json:"bump_limit" doc:"Posts in a thread after which replies don't bump it; 0: never."`
	BoardThreads int  `json:"board_threads" doc:"Threads on a board before the oldest is archived; 0: any number."`
	Names        bool `json:"names" doc:"A name may be given."`
	Tripcodes    bool `json:"tripcodes" doc:"name#word and name##word make a mark that others can't."`
	Pictures     int  `json:"pictures" doc:"Pictures in a post, where a board takes them."`
	PictureBytes int  `json:"picture_bytes" doc:"Bytes of a picture that is sent."`
	BodyBytes    int  `json:"body_bytes" doc:"Bytes of JSON in one request."`
}

type placeRef struct {
	ID   string `json:"id" doc:"The path with a dot for the slash, as it stands in addresses here." example:"gr.athens"`
	Path string `json:"path" doc:"Its path." example:"gr/athens"`
	Name string `json:"name" doc:"What it is called in the language asked for."`
	Kind string `json:"kind" enum:"world,country,region,city"`
	URL  string `json:"url" format:"uri-reference" doc:"Its board's page on this site."`
}

type found struct {
	placeRef
	Match  string   `json:"match" doc:"The name that was found, as written."`
	Slip   bool     `json:"slip" doc:"Nothing is called so: it is a slip of the pen away."`
	Within string   `json:"within" doc:"What it lies in, in words." example:"Attica, Greece"`
	Board  *liveful `json:"board,omitempty" doc:"Absent while the board is quiet."`
}

type foundPlaces struct {
	Places []found `json:"places" doc:"The best first."`
}

type liveful struct {
	Threads int       `json:"threads"`
	Posts   int       `json:"posts"`
	Last    time.Time `json:"last_at" doc:"Of its newest post, to the minute, in the place's zone."`
}

type placeFull struct {
	placeRef
	Native     string      `json:"native,omitempty" doc:"What it is called where it lies, if that is something else."`
	Parent     *placeRef   `json:"parent,omitempty" doc:"The next wider place."`
	Zone       string      `json:"zone" doc:"Its time zone." example:"Europe/Athens"`
	Latitude   float64     `json:"latitude" doc:"Degrees north."`
	Longitude  float64     `json:"longitude" doc:"Degrees east."`
	Population int64       `json:"population" doc:"People, as far as is known."`
	Pictures   string      `json:"pictures" enum:"off,queue,on" doc:"What becomes of a picture: none is taken, it waits for a steward's look, it is shown at once."`
	Board      *liveful    `json:"board,omitempty" doc:"Absent while the board is quiet."`
	Nearest    []neighbour `json:"nearest" doc:"The nearest cities whose boards are not quiet."`
}

type neighbour struct {
	placeRef
	Kilometres float64 `json:"km"`
	Board      liveful `json:"board"`
}

type placeList struct {
	Place  placeRef   `json:"place"`
	Places []placeRef `json:"places" doc:"What lies one step beneath it: countries and regions by their paths, cities by their people."`
	Next   string     `json:"next,omitempty" doc:"Give it as after to read on; absent where there is no more."`
}

type boardList struct {
	Place  placeRef `json:"place"`
	Boards []lively `json:"boards" doc:"The liveliest first."`
}

type lively struct {
	placeRef
	Board liveful `json:"board"`
}

type thread struct {
	Number   int64     `json:"number" doc:"That of its opening post."`
	Place    placeRef  `json:"place" doc:"Whose board it stands on."`
	Subject  string    `json:"subject,omitempty"`
	Posts    int       `json:"posts" doc:"That stand, the opening post among them."`
	Pictures int       `json:"pictures" doc:"In those posts."`
	At       time.Time `json:"at" doc:"When it was opened, to the minute, in the place's zone."`
	LastAt   time.Time `json:"last_at" doc:"When its newest post came."`
	Open     bool      `json:"open" doc:"It takes replies."`
	Locked   bool      `json:"locked" doc:"Closed to replies by a steward."`
	Pinned   bool      `json:"pinned" doc:"Stands above the others."`
	Full     bool      `json:"full" doc:"Has as many posts as the site allows."`
	Settled  bool      `json:"settled" doc:"Replies no longer bump it."`
	Archived time.Time `json:"archived_at,omitzero" doc:"When it left its board, to be read and no more."`
	URL      string    `json:"url" format:"uri-reference" doc:"Its page on this site."`
}

type notice struct {
	thread
	Excerpt string    `json:"excerpt" doc:"The beginning of its opening post, without markup; what is hidden there is ▒."`
	Shown   []picture `json:"opening_pictures" doc:"Of its opening post."`
	Opening *post     `json:"opening,omitempty" doc:"With full: its opening post."`
	Last    []post    `json:"last,omitempty" doc:"With full: its newest replies, in order."`
	Omitted int       `json:"omitted,omitempty" doc:"With full: replies that stand before those."`
}

type threadList struct {
	Place   placeRef `json:"place"`
	Threads []notice `json:"threads"`
	Older   int64    `json:"older,omitempty" doc:"Give it as before to read on; absent where there is no more."`
}

type newestThreads struct {
	Threads []notice `json:"threads" doc:"The one opened last first."`
}

type threadFull struct {
	Thread  thread `json:"thread"`
	Opening post   `json:"opening"`
	Posts   []post `json:"posts" doc:"Replies in order, without the opening post."`
	Earlier int    `json:"earlier" doc:"Replies that stand between the opening post and the first of posts: read them with before."`
	Later   bool   `json:"later" doc:"Replies come after the last of posts: read them with after."`
}

type postFull struct {
	Thread thread `json:"thread"`
	Post   post   `json:"post"`
}

// written is what a post says.
type written struct {
	Name     string      `json:"name,omitempty"`
	Trip     string      `json:"trip,omitempty" doc:"Mark that only who knows the word can make." example:"!Ep8pui8Vw2"`
	Text     string      `json:"text" doc:"As it was written, in the site's markup."`
	HTML     string      `json:"html" doc:"The same, safe to show as it is: p, q, pre, code, strong, em, span, a, bdi with the attributes class, dir, href, rel, tabindex."`
	Sage     bool        `json:"sage" doc:"It doesn't bump its thread."`
	Pictures []picture   `json:"pictures" doc:"Those that readers see."`
	Refers   []reference `json:"refers_to" doc:"The posts that its text refers to, where they stand."`
}

type post struct {
	Number int64 `json:"number" doc:"Unique on the site."`
	Thread int64 `json:"thread"`
	written
	Tag  string      `json:"tag,omitempty" doc:"Tells posters apart within this thread and this day, and nowhere else."`
	At   time.Time   `json:"at" doc:"To the minute, in the place's zone."`
	Gone bool        `json:"gone" doc:"Taken back: nothing of it is left but its number."`
	Back []reference `json:"referred_by" doc:"Posts that refer to it."`
	URL  string      `json:"url" format:"uri-reference" doc:"Where it stands on this site."`
}

type reference struct {
	Number int64  `json:"number"`
	Thread int64  `json:"thread"`
	URL    string `json:"url" format:"uri-reference"`
}

type picture struct {
	Number  int64  `json:"number" doc:"Random, below 2^53: give it in a post."`
	Kind    string `json:"kind" enum:"jpeg,png,gif"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Bytes   int    `json:"bytes"`
	Moving  bool   `json:"moving"`
	Colour  string `json:"colour" doc:"Its average, to stand there until it is loaded." example:"#c08040"`
	Alt     string `json:"alt,omitempty" doc:"What it shows, in the writer's words."`
	Spoiler bool   `json:"spoiler" doc:"To be shown only when asked for."`
	File    sized  `json:"file"`
	Thumb   sized  `json:"thumb" doc:"Fits 250 by 250."`
	Large   sized  `json:"large" doc:"Fits 500 by 500."`
}

type sized struct {
	URL    string `json:"url" format:"uri-reference" doc:"Answers once a post shows it."`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type hits struct {
	Hits  []hit  `json:"hits"`
	Count int    `json:"count" doc:"Posts that match, of those that were looked at."`
	More  bool   `json:"more" doc:"There may be older ones than those counted."`
	Next  string `json:"next,omitempty" doc:"Give it as after to read on; absent where there is no more."`
}

type hit struct {
	Number   int64     `json:"number"`
	Thread   int64     `json:"thread"`
	Place    placeRef  `json:"place"`
	At       time.Time `json:"at"`
	Opens    bool      `json:"opens" doc:"It opened its thread."`
	Pictures int       `json:"pictures" doc:"That can be seen."`
	Subject  []piece   `json:"subject" doc:"Its thread's title; empty where it has none."`
	Snippet  []piece   `json:"snippet" doc:"What it says, around what was looked for."`
	URL      string    `json:"url" format:"uri-reference"`
}

type piece struct {
	Text   string `json:"text"`
	Marked bool   `json:"marked" doc:"It is what was looked for."`
}

type ticket struct {
	Ticket string `json:"ticket" doc:"Give it with what you post; good once."`
	Wait   int64  `json:"wait_ms" doc:"From now until it is good without work."`
	Life   int64  `json:"life_ms" doc:"From now until it is no longer good."`
	Bits   int    `json:"bits" doc:"Of the work that makes it good at once: SHA-256 of the ticket, a colon and a proof begins with so many zero bits. 0: no work does."`
}

type redeemed struct {
	Ticket string `json:"ticket" doc:"From POST /api/v1/tickets."`
	Proof  string `json:"proof,omitempty" doc:"At most 32 bytes that do the ticket's work; without it the ticket's wait must be over."`
}

type newPicture struct {
	Number  int64  `json:"number" doc:"From POST /api/v1/pictures."`
	Alt     string `json:"alt,omitempty" doc:"What it shows, for who doesn't see it."`
	Spoiler bool   `json:"spoiler,omitempty"`
}

type newPost struct {
	Name     string       `json:"name,omitempty" doc:"Perhaps with #word or ##word for a tripcode."`
	Text     string       `json:"text,omitempty"`
	Sage     bool         `json:"sage,omitempty" doc:"Don't bump the thread."`
	Pictures []newPicture `json:"pictures,omitempty"`
}

type newReply struct {
	newPost
	redeemed
}

type newThread struct {
	Subject string `json:"subject,omitempty"`
	newReply
}

type draft struct {
	Place   string `json:"place" doc:"The id of the place whose board it is for." example:"gr.athens"`
	Subject string `json:"subject,omitempty"`
	newPost
}

type previewed struct {
	Subject string `json:"subject,omitempty"`
	written
}

type posted struct {
	Number     int64  `json:"number" doc:"Of the post."`
	Thread     int64  `json:"thread"`
	Place      string `json:"place" doc:"The id of the place whose board it stands on."`
	URL        string `json:"url" format:"uri-reference"`
	DeleteCode string `json:"delete_code,omitempty" doc:"Takes the post back; told now and never again."`
	Token      string `json:"token,omitempty" doc:"Made for who brought none: as a bearer token it takes back this post, and gives later ones the same tag within a thread and a day."`
}

type takingBack struct {
	Code string `json:"delete_code,omitempty" doc:"Of the post; not needed with the token that it was posted with."`
}

type takenBack struct {
	Number int64  `json:"number"`
	Thread int64  `json:"thread"`
	Place  string `json:"place" doc:"The id of the place."`
	Whole  bool   `json:"thread_gone" doc:"It was the last that stood, and its thread is gone with it."`
}

type pictureForm struct {
	Picture []byte `json:"picture" doc:"A JPEG, PNG, GIF or WebP."`
	redeemed
}

// replyForm is newReply as a form that brings its pictures.
type replyForm struct {
	Name     string   `json:"name,omitempty" doc:"Perhaps with #word or ##word for a tripcode."`
	Text     string   `json:"text,omitempty"`
	Sage     bool     `json:"sage,omitempty" doc:"Don't bump the thread."`
	Pictures [][]byte `json:"picture,omitempty" doc:"JPEG, PNG, GIF or WebP."`
	Alts     []string `json:"alt,omitempty" doc:"What each picture shows, in their order."`
	Spoilers []bool   `json:"spoiler,omitempty" doc:"Whether each is shown only when asked for, in their order."`
	redeemed
}

// threadForm is newThread as a form that brings its pictures.
type threadForm struct {
	Subject string `json:"subject,omitempty"`
	replyForm
}
