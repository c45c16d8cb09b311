package page

import (
	"log/slog"
	"sync"

	"moot/internal/clock"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/place"
)

// Settings are what a site's pages stand on.
type Settings struct {
	Name      string           // what the site calls itself: "Moot"
	Base      string           // its public address without a path: "https://moot.example"; "" where unknown
	PushKey   string           // with which browsers subscribe to notices; "" where the site sends none
	Source    string           // where the source of the running program can be had; "" says nothing
	Languages []*lang.Language // those offered; the first is for whoever wants none of them
	Gazetteer *place.Gazetteer
	Guard     *guard.Guard
	Clock     *clock.Clock
	Log       *slog.Logger
}

// Site is a site that is ready to make pages.
type Site struct {
	Settings
	Assets *Assets

	secure    bool // served by https: cookies carry Secure and the __Host- prefix
	matched   matches
	match     func(acceptLanguage string) *lang.Language
	templates map[string]templates // by language code
}

// Open reads the templates, styles and modules of all folders. Whatever is
// wrong with any of them is an error here, not at the first request.
func Open(settings Settings, folders ...*Folder) (*Site, error) {
	folders = append([]*Folder{ground}, folders...)
	assets, err := gather(folders)
	if err != nil {
		return nil, err
	}
	s := &Site{
		Settings:  settings,
		Assets:    assets,
		secure:    len(settings.Base) > 8 && settings.Base[:8] == "https://",
		match:     lang.Matching(settings.Languages),
		templates: map[string]templates{},
	}
	for _, l := range settings.Languages {
		if s.templates[l.Code()], err = compile(s, l, folders); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Match is the language that an Accept-Language header wishes for (RFC 9110,
// 12.5.4). What was asked lately is remembered.
func (s *Site) Match(acceptLanguage string) *lang.Language {
	return s.matched.of(acceptLanguage, s.match)
}

// matches remembers what headers come to. Browsers send few different ones; those
// that somebody makes up push all out.
type matches struct {
	mu    sync.RWMutex
	known map[string]*lang.Language
}

const mostMatches, longestMatch = 1000, 100 // headers, and bytes of one

func (m *matches) of(header string, match func(string) *lang.Language) *lang.Language {
	m.mu.RLock()
	l := m.known[header]
	m.mu.RUnlock()
	if l != nil {
		return l
	}
	l = match(header)
	if len(header) <= longestMatch {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.known == nil || len(m.known) >= mostMatches {
			m.known = map[string]*lang.Language{}
		}
		m.known[header] = l
	}
	return l
}

// language finds one of the languages that the site offers.
func (s *Site) language(code string) (*lang.Language, bool) {
	for _, l := range s.Languages {
		if l.Code() == code {
			return l, true
		}
	}
	return nil, false
}
