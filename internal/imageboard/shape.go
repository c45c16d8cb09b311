package imageboard

import "strconv"

// flag is 1 where it is set. It stands in fields with omitempty, and so is
// absent where it isn't.
type flag bool

func (f flag) MarshalJSON() ([]byte, error) {
	if f {
		return []byte("1"), nil
	}
	return []byte("0"), nil
}

// tim names a picture's files: a number in one dialect, a string in the other.
type tim struct {
	number int64
	quoted bool
}

func (t tim) MarshalJSON() ([]byte, error) {
	digits := strconv.AppendInt(nil, t.number, 10)
	if t.quoted {
		digits = append(append([]byte{'"'}, digits...), '"')
	}
	return digits, nil
}

// file is a picture.
type file struct {
	Tim         tim    `json:"tim"`
	Filename    string `json:"filename"`
	Ext         string `json:"ext"` // with its dot
	Size        int    `json:"fsize"`
	MD5         string `json:"md5"` // base64
	Width       int    `json:"w"`
	Height      int    `json:"h"`
	ThumbWidth  int    `json:"tn_w"`
	ThumbHeight int    `json:"tn_h"`
	Spoiler     flag   `json:"spoiler,omitempty"`
}

// post is a post as both dialects have it.
type post struct {
	Number  int64  `json:"no"`
	Thread  int64  `json:"resto"` // 0 for an opening post
	Time    int64  `json:"time"`  // seconds since 1970
	Now     string `json:"now"`   // the same by the clock of the place
	Name    string `json:"name"`
	Trip    string `json:"trip,omitempty"`
	Tag     string `json:"id,omitempty"`
	Subject string `json:"sub,omitempty"` // HTML, as is Name
	Comment string `json:"com,omitempty"` // HTML
	*file          // the first of its pictures
	Gone    flag   `json:"filedeleted,omitempty"`
	More    []file `json:"extra_files,omitempty"`
}

// opening is the first post of a thread.
type opening struct {
	post
	Sticky     flag   `json:"sticky,omitempty"`
	Closed     flag   `json:"closed,omitempty"` // as 4chan says it
	Locked     flag   `json:"locked,omitempty"` // as vichan says it
	Archived   flag   `json:"archived,omitempty"`
	ArchivedAt int64  `json:"archived_on,omitempty"`
	Settled    flag   `json:"bumplimit,omitempty"`
	Replies    int    `json:"replies"`
	Images     int    `json:"images"`
	Semantic   string `json:"semantic_url"`
}

// listed is the first post of a thread in a list.
type listed struct {
	opening
	OmittedPosts  int    `json:"omitted_posts"`
	OmittedImages int    `json:"omitted_images"`
	Modified      int64  `json:"last_modified"`
	Last          []post `json:"last_replies,omitempty"`
}

// thread is a thread with its posts. Its first is an opening or a listed, the
// others are posts.
type thread struct {
	Posts []any `json:"posts"`
}

// index is a page of a board with the newest replies of each thread.
type index struct {
	Threads []thread `json:"threads"`
}

// stretch is a page of a catalog, or of a list of threads.
type stretch[T any] struct {
	Page    int `json:"page"`
	Threads []T `json:"threads"`
}

// brief is a thread in the list that clients poll.
type brief struct {
	Number   int64 `json:"no"`
	Modified int64 `json:"last_modified"`
	Replies  int   `json:"replies"`
}

// catalogued are the boards of a site.
type catalogued struct {
	Boards []described `json:"boards"`
}

// described is a board.
type described struct {
	Board       string `json:"board"`
	Title       string `json:"title"`
	WorkSafe    flag   `json:"ws_board"`
	PerPage     int    `json:"per_page"`
	Pages       int    `json:"pages"`
	FileSize    int    `json:"max_filesize"`
	MovieSize   int    `json:"max_webm_filesize"`
	Comment     int    `json:"max_comment_chars"`
	MovieLength int    `json:"max_webm_duration"`
	BumpLimit   int    `json:"bump_limit,omitempty"`
	ImageLimit  int    `json:"image_limit,omitempty"`
	Cooldowns   waits  `json:"cooldowns"`
	Description string `json:"meta_description"` // HTML
	Spoilers    flag   `json:"spoilers"`
	Archived    flag   `json:"is_archived"`
	Tags        flag   `json:"user_ids"`
	NoNames     flag   `json:"forced_anon,omitempty"`
	TextOnly    flag   `json:"text_only,omitempty"`
}

// waits are the seconds between two posts.
type waits struct {
	Threads int `json:"threads"`
	Replies int `json:"replies"`
	Images  int `json:"images"`
}
