package place

// Reserved are the words that no place has as the last segment of its path,
// because they are, or may become, the addresses of pages: beneath a board
// (/gr/athens/catalog, /gr/catalog) or beneath the site (/search). Country
// codes have two letters; no word of two letters here is one.
var Reserved = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range []string{
		"catalog", "index", "new", "preview", "threads", "thread", "posts", "post", "replies", "reply",
		"t", "p", "b", "g", "s", "res", "last", "page", "pages", "below", "above", "everywhere", "overboard", "here",
		"newest", "liveliest", "live", "latest", "archive", "hot", "top", "all", "quiet", "near", "nearby",
		"hand", "hands", "convening", "convenings", "meetup", "meetups", "aid", "need", "needs", "offer", "offers",
		"problem", "problems", "debate", "debates", "circle", "circles", "news", "group", "groups",
		"council", "councils", "ballot", "ballots", "vote", "votes", "proposal", "proposals", "room", "rooms",
		"member", "members", "delegate", "delegates", "handshake", "handshakes", "vouch", "recall", "mandate",
		"card", "cards", "board", "boards", "place", "places", "region", "regions", "city", "cities", "country",
		"countries", "world", "feed", "feeds", "atom", "rss", "ics", "json", "geojson", "calendar", "map", "maps",
		"search", "find", "suggest", "goto", "go", "random", "edit", "delete", "remove", "report", "reports",
		"appeal", "appeals", "jury", "juries", "rule", "rules", "action", "actions", "log", "logs", "ban", "bans",
		"about", "safety", "help", "faq", "privacy", "terms", "contact", "source", "license", "licence", "credits",
		"key", "keys", "login", "logout", "signup", "register", "account", "settings", "session", "sessions",
		"watch", "watched", "notify", "notifications", "subscribe", "unsubscribe", "mail", "inbox", "outbox",
		"flyer", "flyers", "m", "language", "languages", "lang", "theme", "themes", "style", "styles", "script", "scripts", "assets",
		"static", "files", "file", "media", "img", "images", "image", "picture", "pictures", "src", "thumb", "thumbs",
		"api", "fed", "actor", "followers", "following", "users", "user", "well-known", "robots", "favicon", "sitemap",
		"manifest", "sw", "healthz", "readyz", "metrics", "status", "debug", "admin", "mod", "manage", "operator",
		"4chan", "vichan", "open311", "imageboard", "export", "import", "stream", "events", "ticket", "tickets",
		"work", "patience", "tags", "tag", "stats", "statistics", "people", "local", "global", "null", "undefined",
	} {
		set[w] = true
	}
	return set
}()
