-- Calendars that meetups were brought from: as a file, or from an address that
-- stewards have the site look at.
CREATE TABLE calendar (
	number     bigint  PRIMARY KEY,
	place      text    NOT NULL,
	name       text    NOT NULL, -- as whoever brought it calls it
	host       text    NOT NULL, -- the name of the host that it is fetched from; '': it came as a file
	owner      bytea   NOT NULL, -- SHA-256 of the token of who brought a file; empty: stewards look after it
	public     boolean NOT NULL, -- a steward says that all its places are public
	etag       text    NOT NULL, -- by which its host knows the form that was fetched last
	modified   text    NOT NULL,
	fetched_at bigint  NOT NULL, -- when it was asked for last, to the minute; 0: not yet
	failed     bigint  NOT NULL, -- how often that failed, in a row
	why        text    NOT NULL, -- why
	code       bigint  NOT NULL, -- what its host answered then, or the line that can't be read
	left_out   bigint  NOT NULL  -- how many of its events to come aren't taken
);
CREATE UNIQUE INDEX calendar_by_owner ON calendar (owner) WHERE host = '';
CREATE INDEX calendar_followed ON calendar (number) WHERE host <> '';

-- Where such a calendar is fetched from: often a secret.
CREATE TABLE calendar_address (
	calendar bigint PRIMARY KEY REFERENCES calendar (number) ON DELETE CASCADE,
	sealed   bytea  NOT NULL
);

-- A meetup that was brought from a calendar.
CREATE TABLE brought (
	thread   bigint  PRIMARY KEY REFERENCES meetup (thread) ON DELETE CASCADE,
	calendar bigint  NOT NULL REFERENCES calendar (number),
	place    text    NOT NULL,
	event    bytea   NOT NULL, -- SHA-256 of the name that the calendar has for it, its UID
	digest   bytea   NOT NULL, -- of what the calendar said of it last
	gone     boolean NOT NULL, -- the calendar has it no longer, or as cancelled
	day      bigint  NOT NULL, -- on which it was brought, counted since 1970
	UNIQUE (event, place)
);
CREATE INDEX brought_by_calendar ON brought (calendar);

ALTER TABLE meetup ADD COLUMN origin text NOT NULL DEFAULT ''; -- the calendar that it was brought from
