package feed

import (
	"encoding/json"
	"fmt"
	"time"

	"moot/internal/door"
	"moot/internal/meetup"
	"moot/internal/place"
)

const geoType = "application/geo+json" // RFC 7946, 12

// collection is a page of what is coming up (RFC 7946, 3.3). Next is a member of our
// own (6.1): the address of the next page.
type collection struct {
	Type     string    `json:"type"` // "FeatureCollection"
	Features []feature `json:"features"`
	Next     string    `json:"next,omitempty"`
}

// feature is a meetup (RFC 7946, 3.2). It lies where its city does, since the site
// knows no position of a venue.
type feature struct {
	Type       string     `json:"type"` // "Feature"
	ID         string     `json:"id"`   // by which calendars know it as well
	Geometry   *point     `json:"geometry"`
	Properties properties `json:"properties"`
}

type point struct {
	Type        string     `json:"type"`        // "Point"
	Coordinates [2]float64 `json:"coordinates"` // longitude, latitude
}

type properties struct {
	Title     string `json:"title"`
	Place     string `json:"place"` // its path
	PlaceName string `json:"place_name"`
	span
	Zone      string `json:"zone"`            // IANA's name of the clocks that it goes by
	Repeats   string `json:"rrule,omitempty"` // RFC 5545
	Next      []span `json:"next,omitempty"`  // the times after this one
	Venue     *venue `json:"venue"`           // null where it is still to be found
	Coming    int    `json:"coming"`
	Maybe     int    `json:"maybe"`
	Cancelled bool   `json:"cancelled"`
	Reason    string `json:"reason,omitempty"`
	URL       string `json:"url"`
}

// span is a time at which a meetup is held, in RFC 3339 by its clocks; of whole days the
// first and the last, without an hour.
type span struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type venue struct {
	Name       string `json:"name"`
	Directions string `json:"directions,omitempty"`
	StepFree   bool   `json:"step_free"`
	Cost       string `json:"cost,omitempty"`
}

// geojson is what is coming up in a place and within it, for maps.
func (d *feeds) geojson(a *door.Asked) error {
	from := after(a)
	all, more, err := d.Meetups.Coming(a.R.Context(), a.Place, from, listed)
	if err != nil {
		return err
	}
	r := d.reading(a)
	c := collection{Type: "FeatureCollection", Features: make([]feature, len(all))}
	for i, m := range all {
		c.Features[i] = r.feature(m)
	}
	path := comingUp(a.Place) + ".geojson"
	if key := keyOf(more); key != "" {
		c.Next = r.base + path + "?after=" + key
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	a.W.Header().Add("Vary", "Accept-Language")
	r.tell(a, door.Answer{Type: geoType, Body: body, Keep: time.Minute}, r.base, path, keyOf(from), r.Code())
	return nil
}

func (r *reading) feature(m meetup.Meetup) feature {
	f := feature{Type: "Feature", ID: m.UID, Properties: properties{
		Title: m.Title, Place: m.Place.Path(), PlaceName: r.name(m.Place), Zone: m.Start.Location().String(), Repeats: m.Rule,
		span: spanOf(m.First()), Cancelled: m.Cancelled, Reason: m.Reason, URL: r.base + addressOf(m),
	}}
	if m.Place.Kind() != place.World {
		lat, lon := m.Place.Point()
		f.Geometry = &point{"Point", [2]float64{lon, lat}}
	}
	for i, o := range m.Coming {
		if i > 0 {
			f.Properties.Next = append(f.Properties.Next, spanOf(o))
			continue
		}
		f.Properties.span, f.Properties.Coming, f.Properties.Maybe = spanOf(o), o.Counts.Coming, o.Maybe
	}
	if v := m.Venue; v.Name != "" {
		f.Properties.Venue = &venue{v.Name, v.Directions, v.StepFree, v.Cost}
	}
	return f
}

func spanOf(o meetup.Occurrence) span {
	if o.Days > 0 {
		return span{o.Start.Format(time.DateOnly), o.Last().Format(time.DateOnly)}
	}
	return span{stamp(o.Start), stamp(o.End)}
}
