package boardpages

import (
	"moot/internal/place"
	"moot/internal/web/page"
)

// feeds are those of the request's board.
func feeds(q *page.Request) []page.Feed {
	path := "/" + q.Place.Path()
	all := []page.Feed{{Name: q.T("feed.title_board"), Address: path + "/threads.atom"}}
	if q.Place.Kind() != place.City {
		all = append(all, page.Feed{Name: q.T("feed.title_everywhere"), Address: path + "/everywhere.atom"})
	}
	return append(all, page.Feed{Name: q.T("feed.title_meetups"), Address: path + "/meetups.atom"})
}
