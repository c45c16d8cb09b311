package meetuppages_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/meetup"
	"moot/internal/web/page/pagetest"
)

// item is one of microdata (HTML, 5): its properties, each with its values.
type item map[string][]any

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// items are the top-level items of a page, as HTML says they are read.
func items(n *html.Node) (all []item) {
	if n.Type == html.ElementNode && has(n, "itemscope") && !has(n, "itemprop") {
		return []item{itemOf(n)}
	}
	for c := range n.ChildNodes() {
		all = append(all, items(c)...)
	}
	return all
}

func itemOf(n *html.Node) item {
	i := item{"@type": {pagetest.Attr(n, "itemtype")}}
	var within func(n *html.Node)
	within = func(n *html.Node) {
		for c := range n.ChildNodes() {
			name := pagetest.Attr(c, "itemprop")
			if name != "" {
				i[name] = append(i[name], valueOf(c))
			}
			if !has(c, "itemscope") {
				within(c)
			}
		}
	}
	within(n)
	return i
}

// valueOf is the value of a property (HTML, 5.2.4).
func valueOf(n *html.Node) any {
	switch {
	case has(n, "itemscope"):
		return itemOf(n)
	case n.Data == "meta":
		return pagetest.Attr(n, "content")
	case n.Data == "a" || n.Data == "link":
		return pagetest.Attr(n, "href")
	case n.Data == "time":
		return pagetest.Attr(n, "datetime")
	}
	return strings.TrimSpace(pagetest.Text(n))
}

// hEvent reads an h-event (microformats.org): the classes, and how their values are read.
func hEvent(n *html.Node) map[string]string {
	found := map[string]string{}
	var within func(n *html.Node)
	within = func(n *html.Node) {
		for _, class := range strings.Fields(pagetest.Attr(n, "class")) {
			value := strings.Join(strings.Fields(pagetest.Text(n)), " ")
			switch {
			case strings.HasPrefix(class, "u-"):
				value = pagetest.Attr(n, "href") + pagetest.Attr(n, "src")
			case strings.HasPrefix(class, "dt-"):
				value = pagetest.Attr(n, "datetime")
			case !strings.HasPrefix(class, "p-"):
				continue
			}
			found[class] = value
		}
		for c := range n.ChildNodes() {
			within(c)
		}
	}
	within(n)
	return found
}

// What the card says to people it says to programs: as schema.org/Event and h-event.
func TestTheCardIsAnEvent(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	thread, host := s.announce("gr/athens", `Tea & <b>rents</b>`, "2026-12-03T19:00", eachWeek, func(d *meetup.Details) { d.Venue.StepFree = true })
	address := fmt.Sprintf("/gr/athens/t/%d", thread)
	place := item{"@type": {"https://schema.org/Place"}, "name": {"Library café"}, "address": {item{
		"@type": {"https://schema.org/PostalAddress"}, "addressLocality": {"Athens"}, "addressCountry": {"GR"},
	}}}
	wants := func(what string, change item, micro map[string]string) {
		t.Helper()
		want := item{
			"@type": {"https://schema.org/Event"}, "name": {`Tea & <b>rents</b>`}, "url": {address}, "startDate": {"2026-12-03T17:00:00Z"}, "endDate": {"2026-12-03T19:00:00Z"},
			"eventStatus": {"https://schema.org/EventScheduled"}, "eventAttendanceMode": {"https://schema.org/OfflineEventAttendanceMode"}, "location": {place},
		}
		for name, value := range change {
			want[name] = value
		}
		wantMicro := map[string]string{"p-name": `Tea & <b>rents</b>`, "dt-start": "2026-12-03T17:00:00Z", "dt-end": "2026-12-03T19:00:00Z", "p-location": "Library café step-free", "u-url": address}
		for class, value := range micro {
			wantMicro[class] = value
		}
		for _, path := range []string{address, address + "/meetup", "/gr/athens/meetups", "/world/meetups"} {
			p := s.get(path).Want(200)
			for _, main := range p.All("main") {
				all := items(main)
				if len(all) != 1 || fmt.Sprint(all[0]) != fmt.Sprint(want) {
					t.Errorf("%s: %s: %v\nwant %v", what, path, all, want)
				}
			}
			if n := len(p.All(".h-event")); n != 1 {
				t.Fatalf("%s: %s has %d events", what, path, n)
			}
			if got := hEvent(p.One(".h-event")); fmt.Sprint(got) != fmt.Sprint(wantMicro) {
				t.Errorf("%s: %s: %v\nwant %v", what, path, got, wantMicro)
			}
		}
	}
	wants("announced", nil, nil)
	if err := s.MoveOne(t.Context(), host, thread, s.clocks("gr/athens", "2026-12-03T19:00"), "2026-12-04T20:00"); err != nil {
		t.Fatal(err)
	}
	s.told()
	later := map[string]string{"dt-start": "2026-12-04T18:00:00Z", "dt-end": "2026-12-04T20:00:00Z"}
	moved := item{"startDate": {"2026-12-04T18:00:00Z"}, "endDate": {"2026-12-04T20:00:00Z"}, "eventStatus": {"https://schema.org/EventRescheduled"}, "previousStartDate": {"2026-12-03T17:00:00Z"}}
	wants("moved", moved, later)
	if err := s.Cancel(t.Context(), host, thread, "snow"); err != nil {
		t.Fatal(err)
	}
	s.told()
	delete(moved, "previousStartDate")
	moved["eventStatus"] = []any{"https://schema.org/EventCancelled"}
	wants("cancelled", moved, later)
}
