package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is what a site is told.
type Config struct {
	Listen         string            // "host:port", or "unix:/path" of a socket
	ListenOps      string            // the same, for /readyz and /metrics; "" for none
	Data           string            // folder of everything the site keeps
	Database       string            // "sqlite:PATH", PATH joined to Data if it was relative, or "postgres://…"
	Replicas       string            // "postgres://…" of servers that follow the database's, and answer who may see what is a little old; "" for none
	ReplicaLag     time.Duration     // how far one may be behind
	Files          string            // "file:FOLDER", joined to Data if it was relative, or "s3://…"
	Wakeups        []string          // addresses of NATS servers, by which nodes wake each other; nil where the database does it
	NATSLogin      string            // file of credentials for them; "" for none
	NATSCA         string            // file of the certificates that theirs are signed with; "" for the system's
	BaseURL        string            // public address, scheme and host without a slash at the end; "" where it follows Listen: see PublicURL
	SiteName       string            // what the site is called on its pages
	SourceURL      string            // where the source of the running program can be had; "" where the operator says nothing
	MapTiles       string            // path of street maps on this site, with {z}, {x} and {y}; "" for none
	MapCredit      string            // whose those are
	Names          bool              // whether posters may give a name
	Tripcodes      bool              // whether a name may carry a tripcode
	Languages      []string          // codes, the first for whoever wants none of them; nil for all
	PostLength     int               // characters (Unicode code points) in a post
	ThreadPosts    int               // posts after which a thread is full; 0 for never
	BumpLimit      int               // posts after which replies don't bump a thread; 0 for never
	BoardThreads   int               // threads on a board before the oldest is archived; 0 for any number
	Images         string            // off, queue or on
	ImagesPlaces   map[string]string // the same for some places, by path
	Push           bool              // whether readers may be told of new posts by web push
	KnownPictures  string            // file of perceptual hashes; "" for none
	Patience       time.Duration     // from opening a form to being allowed to send it
	WorkBits       int               // leading zero bits of the proof of work that shortens the wait
	TrustedProxies []netip.Prefix    // peers whose X-Forwarded-For is believed
	TrustUnix      bool              // whether peers on a unix socket are believed too
	LogLevel       slog.Level        // what is logged from
	LogJSON        bool              // logs as JSON rather than text
	PageCache      int               // MiB of pages that are kept ready; 0 for none
	Drain          time.Duration     // how long a stop waits for requests in flight

	Ladder Ladder

	BackupTo         string        // folder of backups, joined to Data if it was relative; "" for none
	BackupRecipients []string      // public keys that backups are encrypted to
	BackupEvery      time.Duration // from one backup to the next; 0 for none
	BackupKeep       time.Duration // how long a backup is kept

	settings []Setting
}

// kind is what a setting's value is in a TOML file.
type kind int

const (
	text kind = iota
	boolean
	number
	duration // text as time.ParseDuration reads, or a number of seconds
	list     // array of text; on the command line and in the environment with commas between
)

// setting is one row of the table.
type setting struct {
	name     string // with hyphens
	group    string
	meaning  string // one sentence, for the help
	kind     kind
	fallback string // the default, as text
	shown    string // what the listing says of an empty default
	right    string // what a right value is: "want …" in errors
	set      func(c *Config, value string) bool
}

// table holds every setting, in the order of the listing.
var table = []setting{
	{"listen", "Addresses", "Where visitors are answered.", text, "127.0.0.1:8080", "", "host:port or unix:/path",
		func(c *Config, v string) bool { c.Listen = v; return address(v) }},
	{"listen-ops", "Addresses", "Where the operator's /readyz and /metrics are answered. Keep it from visitors.", text, "127.0.0.1:8081", "", "host:port, unix:/path or off",
		func(c *Config, v string) bool {
			if v == "off" {
				c.ListenOps = ""
				return true
			}
			c.ListenOps = v
			return address(v)
		}},
	{"base-url", "Addresses", "The site's public address, for links that leave it (feeds, calendars).", text, "", "http:// and where it listens", "https://host or http://host, without a path",
		func(c *Config, v string) (ok bool) { c.BaseURL, ok = baseURL(v); return ok }},
	{"trusted-proxies", "Addresses", "Whose word on a visitor's address (X-Forwarded-For) is believed: your own reverse proxy, and nobody else.", list, "", "nobody", "addresses, networks like 10.0.0.0/8, or unix, with commas between",
		func(c *Config, v string) bool { return c.trust(v) }},

	{"data", "Storage", "The folder of everything the site keeps.", text, "./moot-data", "", "a folder",
		func(c *Config, v string) bool { c.Data = filepath.Clean(v); return v != "" }},
	{"database", "Storage", "The database: an SQLite file, relative to the data folder, or a PostgreSQL server.", text, "sqlite:moot.db", "", "sqlite:FILE or postgres://user:password@host/name",
		func(c *Config, v string) bool { c.Database = v; return database(v) }},
	{"database-replica", "Storage", "The PostgreSQL servers that follow the database's (streaming replication). They are read for pages that are the same for everybody, feeds and searches; what somebody just wrote is read from the database itself.", text, "", "none", "postgres://user:password@host/name, with several hosts as host1,host2",
		func(c *Config, v string) bool {
			c.Replicas = v
			return v == "" || database(v) && !strings.HasPrefix(v, "sqlite:")
		}},
	{"database-replica-lag", "Storage", "How far a replica may be behind. One that is further is left alone until it has caught up.", duration, "10s", "", "a time from 3s to 10s",
		func(c *Config, v string) bool { return span(v, 3*time.Second, 10*time.Second, &c.ReplicaLag) }},
	{"files", "Storage", "Where pictures are kept: a folder, relative to the data folder, or an S3-compatible object store, whose key may also stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", text, "file:files", "", "file:FOLDER or s3://key:secret@host/bucket",
		func(c *Config, v string) bool { c.Files = v; return filesAddress(v) }},
	{"wakeups", "Storage", "The NATS servers by which the nodes of a site that is on several machines wake each other. With none they do it through their PostgreSQL database.", list, "", "the database", "addresses like nats://user:password@host:4222 or tls://host, with commas between",
		func(c *Config, v string) bool {
			c.Wakeups = items(v)
			return !slices.ContainsFunc(c.Wakeups, func(a string) bool { return !natsAddress(a) })
		}},
	{"nats-credentials", "Storage", "A file of credentials (.creds) with which the site signs in to NATS.", text, "", "none", "a file",
		func(c *Config, v string) bool { c.NATSLogin = v; return !strings.ContainsFunc(v, control) }},
	{"nats-ca", "Storage", "A file of the certificates (PEM) that those of the NATS servers are signed with.", text, "", "those of the system", "a file",
		func(c *Config, v string) bool { c.NATSCA = v; return !strings.ContainsFunc(v, control) }},

	{"site-name", "Site", "What the site calls itself.", text, "Moot", "", "one line of 1 to 60 characters",
		func(c *Config, v string) bool {
			c.SiteName = strings.TrimSpace(v)
			return within(len([]rune(c.SiteName)), 1, 60) && !strings.ContainsFunc(v, control)
		}},
	{"source-url", "Site", "Where the source of this program can be had, for /about. Who runs a changed Moot owes it to its visitors (AGPL, section 13).", text, "", "nowhere named", "https://… or http://…",
		func(c *Config, v string) bool { c.SourceURL = v; return webAddress(v) }},
	{"languages", "Site", "The languages it speaks, by code; the first is for visitors who want none of them.", list, "", "all", "language codes like en or el, with commas between",
		func(c *Config, v string) bool {
			c.Languages = items(v)
			return !slices.ContainsFunc(c.Languages, func(code string) bool { return !languageCode.MatchString(code) })
		}},
	{"map-tiles", "Site", "Where on this site its server has street maps, cut as OpenStreetMap's are (256 pixels, Web Mercator, zoom 12); a meetup's page shows those around its city. With none it shows the country's outline.", text, "", "none", "a path like /tiles/{z}/{x}/{y}.png",
		func(c *Config, v string) bool { c.MapTiles = v; return v == "" || tilesPath(v) }},
	{"map-credit", "Site", "Whose those maps are, as their licence wants it said beneath each.", text, "", "nobody named", "one line of up to 200 characters",
		func(c *Config, v string) bool {
			c.MapCredit = strings.TrimSpace(v)
			return len([]rune(c.MapCredit)) <= 200 && !strings.ContainsFunc(v, control)
		}},

	{"names", "Posting", "Whether posters may give a name.", boolean, "true", "", "true or false",
		func(c *Config, v string) bool { return truth(v, &c.Names) }},
	{"tripcodes", "Posting", "Whether a name may carry a tripcode, which proves that two posts are by the same poster.", boolean, "true", "", "true or false",
		func(c *Config, v string) bool { return truth(v, &c.Tripcodes) }},
	{"post-length", "Posting", "The longest post, in characters.", number, "8000", "", "a whole number from 100 to 100000",
		func(c *Config, v string) bool { return whole(v, 100, 100_000, &c.PostLength) }},
	{"thread-posts", "Posting", "How many posts a thread takes before it is full and a new one is asked for; 0 for no end.", number, "1000", "", "a whole number from 2 to 1000000, or 0",
		func(c *Config, v string) bool { return whole(v, 0, 1_000_000, &c.ThreadPosts) && c.ThreadPosts != 1 }},

	{"bump-limit", "Posting", "How many posts a thread has when replies stop bringing it to the top of its board; 0 for never.", number, "500", "", "a whole number from 2 to 1000000, or 0",
		func(c *Config, v string) bool { return whole(v, 0, 1_000_000, &c.BumpLimit) && c.BumpLimit != 1 }},
	{"board-threads", "Posting", "How many threads a board holds before the one bumped longest ago goes to the archive, where it can be read; 0 for any number.", number, "300", "", "a whole number from 2 to 1000000, or 0",
		func(c *Config, v string) bool { return whole(v, 0, 1_000_000, &c.BoardThreads) && c.BoardThreads != 1 }},

	{"images", "Pictures", "What becomes of a picture that somebody posts: off takes none, queue has it wait until a steward lets it through (moot queue), on shows it at once.", text, "queue", "", "off, queue or on",
		func(c *Config, v string) bool { c.Images = v; return images(v) }},
	{"images-places", "Pictures", "The same for some places and what lies in them, where it differs.", list, "", "nowhere else", "places with off, queue or on, like gr/athens=on, fr=off",
		func(c *Config, v string) bool { return c.imagesAt(v) }},
	{"known-pictures", "Pictures", "A file of pictures that are not let in: a PDQ hash of 64 hexadecimal digits a line. Those that stewards removed are known besides.", text, "", "none", "a file",
		func(c *Config, v string) bool { c.KnownPictures = v; return !strings.ContainsFunc(v, control) }},

	{"push", "Notices", "Whether readers may ask to be told of new posts in a thread, through their browser's push service (of Google, Mozilla, Apple or Microsoft). The site then connects to those services, which learn its address; it needs an https base-url.", boolean, "false", "", "true or false",
		func(c *Config, v string) bool { return truth(v, &c.Push) }},

	{"hand-days", "Hands and dates", "How many days a hand stays up that nobody renews, counted from the end of the week in which it went up.", number, "60", "", "a whole number from 7 to 365",
		func(c *Config, v string) bool { return whole(v, 7, 365, &c.Ladder.HandDays) }},
	{"hands-shown", "Hands and dates", "From how many hands on pages tell how many are up; below it they say a few. Fewer than 3 would point at a person.", number, "3", "", "a whole number from 3 to 100",
		func(c *Config, v string) bool { return whole(v, 3, 100, &c.Ladder.Shown) }},
	{"hands-held", "Hands and dates", "How many hands one device has up at a time, each in a city of its own.", number, "3", "", "a whole number from 1 to 8",
		func(c *Config, v string) bool { return whole(v, 1, 8, &c.Ladder.Held) }},
	{"convening-hands", "Hands and dates", "How many hands open the search for a date by themselves.", number, "5", "", "a whole number from 3 to 1000",
		func(c *Config, v string) bool { return whole(v, 3, 1000, &c.Ladder.Hands) }},
	{"convening-ask", "Hands and dates", "From how many hands on one of them may open it.", number, "3", "", "a whole number from 3 to 1000",
		func(c *Config, v string) bool { return whole(v, 3, 1000, &c.Ladder.Ask) }},
	{"convening-days", "Hands and dates", "How many days the search for a date stands open at the most.", number, "5", "", "a whole number from 1 to 30",
		func(c *Config, v string) bool { return whole(v, 1, 30, &c.Ladder.OpenDays) }},
	{"convening-enough", "Hands and dates", "How many hands one time must suit for it to be settled at once.", number, "5", "", "a whole number from 2 to 1000",
		func(c *Config, v string) bool { return whole(v, 2, 1000, &c.Ladder.Enough) }},
	{"convening-least", "Hands and dates", "How many hands the best time must suit for a meetup to come of it.", number, "3", "", "a whole number from 2 to 1000",
		func(c *Config, v string) bool { return whole(v, 2, 1000, &c.Ladder.Least) }},
	{"convening-growth", "Hands and dates", "How many more hands open the search anew after one that came to nothing.", number, "2", "", "a whole number from 1 to 100",
		func(c *Config, v string) bool { return whole(v, 1, 100, &c.Ladder.Growth) }},
	{"convening-rest", "Hands and dates", "After how many days it opens anew without more hands.", number, "14", "", "a whole number of days from 1 to 365",
		func(c *Config, v string) bool { return whole(v, 1, 365, &c.Ladder.RestDays) }},
	{"dates-first", "Hands and dates", "How many days ahead the first time is that is offered. None is offered that is over when the search closes.", number, "5", "", "a whole number from 1 to 60",
		func(c *Config, v string) bool { return whole(v, 1, 60, &c.Ladder.First) }},
	{"dates-last", "Hands and dates", "How many days ahead the last time is that is offered.", number, "16", "", "a whole number from 8 to 90",
		func(c *Config, v string) bool { return whole(v, 8, 90, &c.Ladder.Last) }},

	{"patience", "Guard", "How long after opening a form it may be sent.", duration, "5s", "", "a time from 0s to 2m, like 5s",
		func(c *Config, v string) bool { return span(v, 0, 2*time.Minute, &c.Patience) }},
	{"work-bits", "Guard", "How hard the proof of work is that shortens the wait where script runs; each bit doubles it, 0 is none.", number, "18", "", "a whole number from 0 to 30",
		func(c *Config, v string) bool { return whole(v, 0, 30, &c.WorkBits) }},

	{"page-cache", "Running", "How many MiB of memory pages may take that are kept ready to be sent; 0 keeps none.", number, "64", "", "a whole number from 0 to 65536",
		func(c *Config, v string) bool { return whole(v, 0, 1<<16, &c.PageCache) }},
	{"backup-to", "Backups", "The folder of scheduled backups, relative to the data folder; and where moot backup writes that isn't told.", text, "", "none", "a folder",
		func(c *Config, v string) bool { c.BackupTo = v; return !strings.ContainsFunc(v, control) }},
	{"backup-recipients", "Backups", "The public keys that backups are encrypted to, as age-keygen prints them.", list, "", "nobody", "keys that begin with age1, with commas between",
		func(c *Config, v string) bool {
			c.BackupRecipients = items(v)
			return !slices.ContainsFunc(c.BackupRecipients, func(key string) bool { return !strings.HasPrefix(key, "age1") })
		}},
	{"backup-every", "Backups", "How often a backup is made while the site runs; 0s for never.", duration, "0s", "", "a time from 10m to 168h, like 24h, or 0s",
		func(c *Config, v string) bool {
			return span(v, 0, 0, &c.BackupEvery) || span(v, 10*time.Minute, 7*24*time.Hour, &c.BackupEvery)
		}},
	{"backup-keep", "Backups", "How long a backup is kept in that folder. What a writer takes back is gone from everywhere after that.", duration, "336h", "", "a time from 1h to 336h (14 days)",
		func(c *Config, v string) bool { return span(v, time.Hour, 14*24*time.Hour, &c.BackupKeep) }},

	{"log-level", "Running", "What is logged from.", text, "info", "", "debug, info, warn or error",
		func(c *Config, v string) bool {
			return slices.Contains([]string{"debug", "info", "warn", "error"}, v) && c.LogLevel.UnmarshalText([]byte(v)) == nil
		}},
	{"log-format", "Running", "How the log is written.", text, "text", "", "text or json",
		func(c *Config, v string) bool { c.LogJSON = v == "json"; return v == "text" || v == "json" }},
	{"drain", "Running", "How long a stop waits for requests in flight.", duration, "20s", "", "a time from 0s to 10m, like 20s",
		func(c *Config, v string) bool { return span(v, 0, 10*time.Minute, &c.Drain) }},
}

// tilesPath reports whether v is a path on this site that says of which tile it is: no
// page loads anything from another.
func tilesPath(v string) bool {
	for _, part := range []string{"{z}", "{x}", "{y}"} {
		if strings.Count(v, part) != 1 {
			return false
		}
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(v))
	return err == nil && strings.HasPrefix(v, "/") && u.Scheme == "" && u.Host == "" && u.Fragment == "" && !strings.HasPrefix(v, "/\\") && !strings.ContainsFunc(v, control)
}

func images(v string) bool { return slices.Contains([]string{"off", "queue", "on"}, v) }

func (c *Config) imagesAt(v string) bool {
	c.ImagesPlaces = nil
	for _, item := range items(v) {
		path, mode, _ := strings.Cut(item, "=")
		if path == "" || !images(mode) {
			return false
		}
		if c.ImagesPlaces == nil {
			c.ImagesPlaces = map[string]string{}
		}
		c.ImagesPlaces[path] = mode
	}
	return true
}

var languageCode = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// webAddress reports whether v is an address of the web, of any path, or nothing.
func webAddress(v string) bool {
	u, err := url.Parse(v)
	return v == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && !strings.ContainsFunc(v, control)
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func within(n, least, most int) bool { return n >= least && n <= most }

func truth(v string, into *bool) bool {
	*into = v == "true"
	return v == "true" || v == "false"
}

func whole(v string, least, most int, into *int) bool {
	n, err := strconv.Atoi(v)
	*into = n
	return err == nil && within(n, least, most)
}

func span(v string, least, most time.Duration, into *time.Duration) bool {
	d, err := time.ParseDuration(v)
	*into = d
	return err == nil && d >= least && d <= most
}

// items cuts a list at its commas; an empty text is an empty list.
func items(v string) []string {
	if strings.TrimSpace(v) == "" {
		return nil
	}
	cut := strings.Split(v, ",")
	for i := range cut {
		cut[i] = strings.TrimSpace(cut[i])
	}
	return cut
}

// address reports whether v is something to listen on.
func address(v string) bool {
	if path, unix := strings.CutPrefix(v, "unix:"); unix {
		return path != ""
	}
	host, port, err := net.SplitHostPort(v)
	if err != nil || strings.ContainsAny(host, "/ ") {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == port
}

func baseURL(v string) (string, bool) {
	if v == "" {
		return "", true
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", false
	}
	plain := u.Scheme + "://" + u.Host
	return strings.ToLower(plain), v == plain || v == plain+"/"
}

func database(v string) bool {
	scheme, rest, _ := strings.Cut(v, ":")
	switch scheme {
	case "sqlite":
		return rest != "" && !strings.ContainsFunc(rest, control)
	case "postgres", "postgresql":
		_, err := url.Parse(v)
		return err == nil && strings.HasPrefix(rest, "//")
	}
	return false
}

func filesAddress(v string) bool {
	scheme, rest, _ := strings.Cut(v, ":")
	switch scheme {
	case "file":
		return rest != "" && !strings.ContainsFunc(rest, control)
	case "s3":
		u, err := url.Parse(v)
		return err == nil && u.Host != "" && strings.Trim(u.Path, "/") != ""
	}
	return false
}

func natsAddress(v string) bool {
	u, err := url.Parse(v)
	return err == nil && slices.Contains([]string{"nats", "tls", "ws", "wss"}, u.Scheme) && u.Hostname() != ""
}

func (c *Config) trust(v string) bool {
	c.TrustedProxies, c.TrustUnix = nil, false
	for _, item := range items(v) {
		if item == "unix" {
			c.TrustUnix = true
			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			addr, err := netip.ParseAddr(item)
			if err != nil || addr.Zone() != "" {
				return false
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix.Masked())
	}
	return true
}

// settle joins what depends on two settings.
func (c *Config) settle() error {
	if path, sqlite := strings.CutPrefix(c.Database, "sqlite:"); sqlite && !filepath.IsAbs(path) {
		c.Database = "sqlite:" + filepath.Join(c.Data, path)
	}
	if path, folder := strings.CutPrefix(c.Files, "file:"); folder && !filepath.IsAbs(path) {
		c.Files = "file:" + filepath.Join(c.Data, path)
	}
	if c.BackupTo != "" && !filepath.IsAbs(c.BackupTo) {
		c.BackupTo = filepath.Join(c.Data, c.BackupTo)
	}
	if c.BackupEvery > 0 && (c.BackupTo == "" || len(c.BackupRecipients) == 0) {
		return errors.New("backup-every needs backup-to, a folder, and backup-recipients, who can open what is put there")
	}
	if len(c.Wakeups) > 0 && strings.HasPrefix(c.Database, "sqlite:") {
		return errors.New("wakeups are for nodes that share a database: want postgres:// in database, or no wakeups")
	}
	if c.Replicas != "" && strings.HasPrefix(c.Database, "sqlite:") {
		return errors.New("database-replica is for a database that other servers follow: want postgres:// in database, or no database-replica")
	}
	if c.Push && !strings.HasPrefix(c.BaseURL, "https://") {
		return errors.New("push needs a base-url that begins with https://: browsers take notices from no other site")
	}
	if err := c.Ladder.settle(); err != nil {
		return err
	}
	if c.ListenOps == c.Listen && !strings.HasSuffix(c.Listen, ":0") {
		return fmt.Errorf("listen and listen-ops are both %s: want two addresses, or listen-ops off", c.Listen)
	}
	return nil
}

// PublicURL is the address that links to the site start with: BaseURL, or
// http:// and the address that is listened on where the site was told none.
// That is the real one, which the kernel chose where Listen has port 0.
func (c *Config) PublicURL(listening string) string {
	if c.BaseURL != "" {
		return c.BaseURL
	}
	host, port, err := net.SplitHostPort(listening)
	if err != nil || strings.HasPrefix(listening, "unix:") {
		return "http://localhost"
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if port == "80" {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}
