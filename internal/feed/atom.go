package feed

import (
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	atomType       = "application/atom+xml"
	threadingSpace = "http://purl.org/syndication/thread/1.0" // RFC 4685
)

// document is a feed (RFC 4287, 4.1.1).
type document struct {
	XMLName   xml.Name  `xml:"http://www.w3.org/2005/Atom feed"`
	Threading string    `xml:"xmlns:thr,attr"`
	ID        string    `xml:"id"`
	Title     *label    `xml:"title"`
	Subtitle  *label    `xml:"subtitle,omitempty"`
	Updated   string    `xml:"updated"`
	Generator generator `xml:"generator"`
	Logo      string    `xml:"logo,omitempty"`
	Links     []link    `xml:"link"`
	Entries   []entry   `xml:"entry"`

	address string // its own, of the first page
	self    string // of this page
	updated time.Time
}

// entry is one thing of a feed (RFC 4287, 4.1.2).
type entry struct {
	ID         string     `xml:"id"`
	Title      label      `xml:"title"`
	Published  string     `xml:"published"`
	Updated    string     `xml:"updated"`
	Author     person     `xml:"author"`
	Categories []category `xml:"category"`
	Answers    *answers   `xml:"thr:in-reply-to,omitempty"`
	Links      []link     `xml:"link"`
	Content    label      `xml:"content"`
}

// label is a text (RFC 4287, 3.1).
type label struct {
	Language string `xml:"http://www.w3.org/XML/1998/namespace lang,attr,omitempty"` // where it is known
	Type     string `xml:"type,attr"`                                                // "text" or "html"
	Text     string `xml:",chardata"`
}

type generator struct {
	Address string `xml:"uri,attr,omitempty"`
	Name    string `xml:",chardata"`
}

type person struct {
	Name string `xml:"name"`
}

type category struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr,omitempty"`
}

// link is a way from a feed or an entry (RFC 4287, 4.2.7).
type link struct {
	Rel     string `xml:"rel,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Address string `xml:"href,attr"`
	Length  string `xml:"length,attr,omitempty"`      // bytes
	Count   string `xml:"thr:count,attr,omitempty"`   // replies there (RFC 4685, 4)
	Updated string `xml:"thr:updated,attr,omitempty"` // when the newest came
}

// answers says what an entry is a reply to (RFC 4685, 3).
type answers struct {
	Reference string `xml:"ref,attr"` // the id of that
	Type      string `xml:"type,attr"`
	Address   string `xml:"href,attr"`
}

// stamp is a time as Atom writes it (RFC 3339).
func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// touch notes that something in the feed changed at a time.
func (f *document) touch(at time.Time) {
	if at.After(f.updated) {
		f.updated = at
	}
}

// pages links the feed's page to itself, and to the first and the next (RFC
// 5005, 3). Each is known by a key, which the parameter name gives: here that of
// this page, "" for the first, and older that of the next, "" where there is
// none.
func (f *document) pages(name, here, older string) {
	at := func(key string) string {
		if key == "" {
			return f.address
		}
		mark := "?"
		if strings.Contains(f.address, "?") {
			mark = "&"
		}
		return f.address + mark + name + "=" + url.QueryEscape(key)
	}
	f.self = at(here)
	f.Links = append(f.Links, link{Rel: "self", Type: atomType, Address: f.self})
	if here != "" {
		f.Links = append(f.Links, link{Rel: "first", Type: atomType, Address: f.address})
	}
	if older != "" {
		f.Links = append(f.Links, link{Rel: "next", Type: atomType, Address: at(older)})
	}
}

// page is the key of a page of posts or threads: a number, "" for none.
func page(number int64) string {
	if number == 0 {
		return ""
	}
	return strconv.FormatInt(number, 10)
}
