package boardpages

import (
	"encoding/base64"
	"encoding/json"

	"moot/internal/web/page"
)

// A page that is the same for everybody has a form without a ticket. Who begins
// to write in it is lent one: by write.js, or without script by a picture that
// the stylesheet asks for when the form has the focus, in a cookie. Who has
// neither sends the form and gets it back with a ticket in it.

// ticketJSON lends a ticket to write.js.
func ticketJSON(q *page.Request) error {
	t := q.Site.Guard.Issue()
	body, err := json.Marshal(struct {
		Ticket string `json:"ticket"`
		Wait   int64  `json:"wait"` // milliseconds
		Bits   int    `json:"bits"`
	}{t.Text, t.Wait.Milliseconds(), t.Bits})
	if err != nil {
		return err
	}
	return q.Once("application/json", body)
}

// seeThrough is a PNG of one pixel through which one sees everything.
var seeThrough = func() []byte {
	b, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return b
}()

// ticketPNG lends a ticket to a browser without script.
func ticketPNG(q *page.Request) error {
	q.LendTicket()
	return q.Once("image/png", seeThrough)
}
