package flyerpages

import (
	"net/http"
	"strconv"
	"strings"

	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/flyer"
	"moot/internal/lang"
	"moot/internal/web/page"
)

var (
	spreadPage = page.Declare[*spreadView](folder, "spread")
	sheetPage  = page.Declare[*sheetView](folder, "sheet")
)

// spreadView is the page from which one takes flyers, a picture and a text.
type spreadView struct {
	page.View
	Head      string
	Back      page.Crumb
	What      string // where it leads
	Over      string // why there is none any more; then nothing below is set
	Next      string // address of what comes next
	Path      string
	Asked     string           // the query of addresses: in which languages
	Languages []*lang.Language // to choose from
	In        string
	Also      string // code, or "none"
	Sheets    []kind
	Alt       string
	Words     flyer.Flyer
	Text      string
	Rows      int
}

// kind is a sheet to choose.
type kind struct{ Name, What, Address, Alt string }

// subjectTitle is what the pages of a subject are called, in the reader's language.
func (d *pages) subjectTitle(q *page.Request, s subject) string {
	switch {
	case s.title != "":
		return s.title
	case s.convening != nil:
		return q.T("ladder.dates_title", "place", q.Name(s.place))
	}
	return q.T("ladder.hand_title", "place", q.Name(s.place))
}

func (d *pages) spread(q *page.Request) error {
	s, err := d.find(q)
	if err != nil {
		return err
	}
	title := d.subjectTitle(q, s)
	v := &spreadView{Head: q.T("flyer.title", "title", title), Back: page.Crumb{Name: title, Address: s.page}, Path: s.path}
	v.View = page.View{Title: v.Head, NoIndex: true, Trail: q.Trail(v.Back, page.Crumb{Name: q.T("flyer.spread")}), Modules: []string{"copy.js"}}
	if s.over != "" {
		v.Over, v.Next, v.Status = over(q, s), "/"+s.place.Path()+"/meetups", http.StatusNotFound
		return spreadPage.Render(q, v)
	}
	t := tonguesOf(q, s)
	v.In, v.Also, v.Asked, v.Languages = t.in.Code(), t.second(), t.query(), languages(q)
	v.Words = d.words(q, s, t)
	v.Alt, v.Text = spoken(v.Words), plain(v.Words)
	v.Rows = min(strings.Count(v.Text, "\n")+7, 20)
	switch {
	case s.meetup != nil:
		v.What = q.T("flyer.meetup_what")
	case s.convening != nil:
		v.What = q.T("flyer.convening_what")
	default:
		v.What = q.T("flyer.hand_what", "place", q.Name(s.place))
	}
	add := func(form flyer.Form, name, what string) {
		v.Sheets = append(v.Sheets, kind{name, what, s.path + "/" + form.String(), q.T("flyer.preview", "title", name)})
	}
	add(flyer.Poster, q.T("flyer.page_a4"), q.T("flyer.page_a4_what"))
	add(flyer.Handbill, q.T("flyer.page_a5"), q.T("flyer.page_a5_what"))
	add(flyer.Tabs, q.T("flyer.page_tabs"), q.T("flyer.page_tabs_what"))
	return spreadPage.Render(q, v)
}

// over says why there is no flyer any more.
func over(q *page.Request, s subject) string {
	switch s.over {
	case "flyer.over_cancelled":
		return q.T("flyer.over_cancelled")
	case "flyer.over":
		return q.T("flyer.over")
	}
	return q.T("flyer.convening_closed")
}

// sheetView is a flyer as a page that a browser prints.
type sheetView struct {
	page.View
	Form  string
	Size  string
	Words flyer.Flyer
	Steps flyer.Steps
	Dir   string
	Code  string // address of the QR code
	PDF   string
	Back  string
	Tabs  []struct{}
}

// Percent is a scale as the name of a style.
func (v *sheetView) Percent(scale float64) string { return strconv.Itoa(int(scale*100 + .5)) }

// sheet is one flyer: a page to print, a PDF, or a picture.
func (d *pages) sheet(q *page.Request) error {
	s, err := d.find(q)
	if err != nil {
		return err
	}
	if s.over != "" {
		return fault.New(fault.NotFound, s.over)
	}
	name, suffix, _ := strings.Cut(q.R.PathValue("sheet"), ".")
	t := tonguesOf(q, s)
	words := d.words(q, s, t)
	if name == "qr" && suffix == "png" {
		if code := flyer.Code(words.Link); code != nil {
			return send(q, "image/png", code)
		}
		return fault.New(fault.NotFound, "flyer.no_sheet")
	}
	form, ok := flyer.FormOf(name)
	switch {
	case !ok, form == flyer.Card && suffix != "png":
		return fault.New(fault.NotFound, "flyer.no_sheet")
	case suffix == "":
		return d.printed(q, s, t, form, words)
	case suffix != "pdf" && suffix != "png":
		return fault.New(fault.NotFound, "flyer.no_sheet")
	}
	file, err := d.press.file(q.Context(), words, form, suffix)
	if err != nil {
		return err
	}
	if suffix == "pdf" {
		return send(q, "application/pdf", file)
	}
	return send(q, "image/png", file)
}

// send answers with a file, which is the same until what it is about changes.
func send(q *page.Request, kind string, file []byte) error {
	h := q.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	h.Set("ETag", door.Tag(file))
	door.Write(q.W, q.R, http.StatusOK, file)
	return nil
}

func (d *pages) printed(q *page.Request, s subject, t tongues, form flyer.Form, words flyer.Flyer) error {
	v := &sheetView{
		Form: form.String(), Size: "A4", Words: words, Steps: flyer.Fit(words, form), Dir: words.Dir(),
		Code: s.path + "/qr.png" + t.query(), PDF: s.path + "/" + form.String() + ".pdf" + t.query(), Back: s.path + t.query(),
	}
	if form == flyer.Handbill {
		v.Size = "A5"
	}
	if form == flyer.Tabs {
		v.Tabs = make([]struct{}, flyer.TabCount)
	}
	v.View = page.View{
		Title: words.Title, NoIndex: true,
		Trail: q.Trail(page.Crumb{Name: q.T("flyer.spread"), Address: v.Back}, page.Crumb{Name: q.T("flyer.print")}),
	}
	return sheetPage.Render(q, v)
}
