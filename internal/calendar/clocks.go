package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"moot/internal/recur"
)

// clocks are those that the times of one calendar go by.
type clocks struct {
	home  *time.Location
	known map[string]*time.Location // by the name that the calendar has for them; nil: they are not known
}

// ofIANA is the zone of a name of IANA's, also where a program has put its own
// before it ("/citadel.org/20240101_1/Europe/Athens").
func ofIANA(name string) *time.Location {
	name = strings.Trim(strings.TrimSpace(name), `"`)
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "ETC/UTC", "ETC/GMT", "Z", "ETC/UCT", "GREENWICH":
		return time.UTC
	}
	parts := strings.Split(name, "/")
	for i := range parts {
		if left := len(parts) - i; left == 2 || left == 3 {
			if l, err := recur.Zone(strings.Join(parts[i:], "/")); err == nil {
				return l
			}
		}
	}
	return nil
}

// clocksOf reads the zones that a calendar describes.
func clocksOf(c *component, home *time.Location) *clocks {
	k := &clocks{home: home, known: map[string]*time.Location{}}
	if p, ok := c.first("X-WR-TIMEZONE"); ok {
		if l := ofIANA(p.value); l != nil {
			k.home = l
		}
	}
	for _, z := range c.within {
		id, ok := z.first("TZID")
		if z.name != "VTIMEZONE" || !ok || ofIANA(id.value) != nil || windows[id.value] != "" {
			continue
		}
		for _, name := range []string{"X-LIC-LOCATION", "TZID-ALIAS-OF"} {
			if p, ok := z.first(name); ok && k.known[id.value] == nil {
				k.known[id.value] = ofIANA(p.value)
			}
		}
		if k.known[id.value] == nil {
			k.known[id.value] = alikeTo(z, home, yearOf(c))
		}
	}
	return k
}

// zone is the zone that a calendar has a name for.
func (k *clocks) zone(id string) (*time.Location, bool) {
	l, seen := k.known[id]
	if !seen {
		if l = ofIANA(id); l == nil {
			if name := windows[id]; name != "" {
				l = ofIANA(name)
			}
		}
		if len(k.known) < mostProperties {
			k.known[id] = l
		}
	}
	return l, l != nil
}

// yearOf is the year of the last thing in a calendar.
func yearOf(c *component) (year int) {
	for _, e := range c.within {
		p, _ := e.first("DTSTART")
		if len(p.value) < 4 || e.name != "VEVENT" {
			continue
		}
		if n, err := strconv.Atoi(p.value[:4]); err == nil && n <= lastYear {
			year = max(year, n)
		}
	}
	return year
}

// alikeTo is home, or UTC, where the newest of what a zone says of itself is what
// the clocks there show in a year's winter and summer; nil where it isn't. Whoever
// brings a calendar to a city mostly wrote it by that city's clocks.
func alikeTo(z *component, home *time.Location, year int) *time.Location {
	newest, offsets := map[string]string{}, map[string]int{}
	for _, o := range z.within {
		to, _ := o.first("TZOFFSETTO")
		at, _ := o.first("DTSTART")
		offset, ok := seconds(to.value)
		if !ok {
			return nil
		}
		if at.value >= newest[o.name] {
			newest[o.name], offsets[o.name] = at.value, offset
		}
	}
	standard, ok := offsets["STANDARD"]
	if !ok {
		return nil
	}
	said := []int{standard}
	if summer, ok := offsets["DAYLIGHT"]; ok && summer != standard {
		said = append(said, summer)
	}
	slices.Sort(said)
	for _, l := range []*time.Location{home, time.UTC} {
		_, winter := time.Date(year, time.January, 1, 12, 0, 0, 0, l).Zone()
		_, summer := time.Date(year, time.July, 1, 12, 0, 0, 0, l).Zone()
		shows := []int{min(winter, summer), max(winter, summer)}
		if slices.Equal(slices.Compact(shows), said) {
			return l
		}
	}
	return nil
}

// seconds reads an offset from UTC: RFC 5545, 3.3.14.
func seconds(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	n, err := strconv.ParseUint((s + "00")[1:7], 10, 32)
	if err != nil {
		return 0, false
	}
	total := int(n/10000*3600 + n/100%100*60 + n%100)
	if total > 15*3600 {
		return 0, false
	}
	if s[0] == '-' {
		total = -total
	}
	return total, true
}

// windows are zones by the names that Windows and Outlook have for them: those of
// the largest places of each (Unicode CLDR, windowsZones, territory 001).
var windows = map[string]string{
	"Dateline Standard Time": "Pacific/Kwajalein", "Hawaiian Standard Time": "Pacific/Honolulu", "Alaskan Standard Time": "America/Anchorage",
	"Pacific Standard Time": "America/Los_Angeles", "Pacific Standard Time (Mexico)": "America/Tijuana", "US Mountain Standard Time": "America/Phoenix",
	"Mountain Standard Time": "America/Denver", "Mountain Standard Time (Mexico)": "America/Mazatlan", "Central America Standard Time": "America/Guatemala",
	"Central Standard Time": "America/Chicago", "Central Standard Time (Mexico)": "America/Mexico_City", "Canada Central Standard Time": "America/Regina",
	"SA Pacific Standard Time": "America/Bogota", "Eastern Standard Time": "America/New_York", "Eastern Standard Time (Mexico)": "America/Cancun",
	"US Eastern Standard Time": "America/Indianapolis", "Cuba Standard Time": "America/Havana", "Venezuela Standard Time": "America/Caracas",
	"Paraguay Standard Time": "America/Asuncion", "Atlantic Standard Time": "America/Halifax", "SA Western Standard Time": "America/La_Paz",
	"Central Brazilian Standard Time": "America/Cuiaba", "Pacific SA Standard Time": "America/Santiago", "Newfoundland Standard Time": "America/St_Johns",
	"E. South America Standard Time": "America/Sao_Paulo", "SA Eastern Standard Time": "America/Cayenne", "Argentina Standard Time": "America/Buenos_Aires",
	"Greenland Standard Time": "America/Godthab", "Montevideo Standard Time": "America/Montevideo", "Bahia Standard Time": "America/Bahia",
	"Azores Standard Time": "Atlantic/Azores", "Cape Verde Standard Time": "Atlantic/Cape_Verde", "GMT Standard Time": "Europe/London",
	"Greenwich Standard Time": "Atlantic/Reykjavik", "Morocco Standard Time": "Africa/Casablanca", "W. Europe Standard Time": "Europe/Berlin",
	"Central Europe Standard Time": "Europe/Budapest", "Romance Standard Time": "Europe/Paris", "Central European Standard Time": "Europe/Warsaw",
	"W. Central Africa Standard Time": "Africa/Lagos", "Namibia Standard Time": "Africa/Windhoek", "Jordan Standard Time": "Asia/Amman",
	"GTB Standard Time": "Europe/Bucharest", "Middle East Standard Time": "Asia/Beirut", "Egypt Standard Time": "Africa/Cairo",
	"E. Europe Standard Time": "Europe/Chisinau", "Syria Standard Time": "Asia/Damascus", "South Africa Standard Time": "Africa/Johannesburg",
	"FLE Standard Time": "Europe/Kiev", "Israel Standard Time": "Asia/Jerusalem", "Libya Standard Time": "Africa/Tripoli", "Sudan Standard Time": "Africa/Khartoum",
	"Turkey Standard Time": "Europe/Istanbul", "Kaliningrad Standard Time": "Europe/Kaliningrad", "Arabic Standard Time": "Asia/Baghdad",
	"Arab Standard Time": "Asia/Riyadh", "Belarus Standard Time": "Europe/Minsk", "Russian Standard Time": "Europe/Moscow", "E. Africa Standard Time": "Africa/Nairobi",
	"Iran Standard Time": "Asia/Tehran", "Arabian Standard Time": "Asia/Dubai", "Azerbaijan Standard Time": "Asia/Baku", "Russia Time Zone 3": "Europe/Samara",
	"Mauritius Standard Time": "Indian/Mauritius", "Georgian Standard Time": "Asia/Tbilisi", "Caucasus Standard Time": "Asia/Yerevan",
	"Afghanistan Standard Time": "Asia/Kabul", "West Asia Standard Time": "Asia/Tashkent", "Ekaterinburg Standard Time": "Asia/Yekaterinburg",
	"Pakistan Standard Time": "Asia/Karachi", "India Standard Time": "Asia/Calcutta", "Sri Lanka Standard Time": "Asia/Colombo", "Nepal Standard Time": "Asia/Katmandu",
	"Central Asia Standard Time": "Asia/Almaty", "Bangladesh Standard Time": "Asia/Dhaka", "Omsk Standard Time": "Asia/Omsk", "Myanmar Standard Time": "Asia/Rangoon",
	"SE Asia Standard Time": "Asia/Bangkok", "N. Central Asia Standard Time": "Asia/Novosibirsk", "North Asia Standard Time": "Asia/Krasnoyarsk",
	"China Standard Time": "Asia/Shanghai", "North Asia East Standard Time": "Asia/Irkutsk", "Singapore Standard Time": "Asia/Singapore",
	"W. Australia Standard Time": "Australia/Perth", "Taipei Standard Time": "Asia/Taipei", "Ulaanbaatar Standard Time": "Asia/Ulaanbaatar",
	"Tokyo Standard Time": "Asia/Tokyo", "Korea Standard Time": "Asia/Seoul", "Yakutsk Standard Time": "Asia/Yakutsk", "Cen. Australia Standard Time": "Australia/Adelaide",
	"AUS Central Standard Time": "Australia/Darwin", "E. Australia Standard Time": "Australia/Brisbane", "AUS Eastern Standard Time": "Australia/Sydney",
	"West Pacific Standard Time": "Pacific/Port_Moresby", "Tasmania Standard Time": "Australia/Hobart", "Vladivostok Standard Time": "Asia/Vladivostok",
	"Lord Howe Standard Time": "Australia/Lord_Howe", "Central Pacific Standard Time": "Pacific/Guadalcanal", "Magadan Standard Time": "Asia/Magadan",
	"New Zealand Standard Time": "Pacific/Auckland", "Fiji Standard Time": "Pacific/Fiji", "Tonga Standard Time": "Pacific/Tongatapu",
	"Chatham Islands Standard Time": "Pacific/Chatham", "Samoa Standard Time": "Pacific/Apia", "Line Islands Standard Time": "Pacific/Kiritimati",
}
