-- A gathering at a time and a public place: a card, on a thread.
CREATE TABLE meetup (
	thread     bigint  PRIMARY KEY REFERENCES thread (number) ON DELETE CASCADE,
	place      text    NOT NULL,
	region     text    NOT NULL,        -- the path of the region that lies in, or ''
	country    text    NOT NULL,        -- the path of its country, or ''
	uid        text    NOT NULL UNIQUE, -- by which calendars know it, for ever
	title      text    NOT NULL,
	starts_at  bigint  NOT NULL,        -- the first time, in seconds since 1970
	zone       text    NOT NULL,        -- IANA's name of the clocks that it goes by
	minutes    bigint  NOT NULL,        -- how long it is
	venue      text    NOT NULL,        -- the name of a public place; '' where none is found yet
	directions text    NOT NULL,        -- how to find it
	recognise  text    NOT NULL,        -- how to recognise the others
	step_free  boolean NOT NULL,
	cost       text    NOT NULL,
	spot       text    NOT NULL,        -- where exactly
	spot_held  boolean NOT NULL,        -- that is told to those who come, and not to all
	room       bigint  NOT NULL,        -- for how many people; 0: for any number
	rrule      text    NOT NULL,        -- RFC 5545; '': it is held once
	sequence   bigint  NOT NULL,        -- how often its time or place was changed
	changed_at bigint  NOT NULL,        -- to the minute
	cancelled  boolean NOT NULL,
	reason     text    NOT NULL,        -- why it was cancelled
	host       bytea   NOT NULL,        -- SHA-256 of the host's token; empty where nobody hosts it
	next_at    bigint  NOT NULL,        -- when it begins next, or began if that isn't over; 0: it is over
	over_at    bigint  NOT NULL,        -- when it was over; 0 while it is to come
	kept       boolean NOT NULL         -- the spot and the host are still here
);
CREATE INDEX meetup_by_place   ON meetup (place, next_at, thread)   WHERE next_at > 0;
CREATE INDEX meetup_by_region  ON meetup (region, next_at, thread)  WHERE next_at > 0 AND region <> '';
CREATE INDEX meetup_by_country ON meetup (country, next_at, thread) WHERE next_at > 0 AND country <> '';
CREATE INDEX meetup_by_next    ON meetup (next_at, thread)          WHERE next_at > 0;
CREATE INDEX meetup_by_over    ON meetup (over_at)                  WHERE over_at > 0 AND kept;

-- One time of a meetup that is held again and again, which was moved or dropped.
CREATE TABLE meetup_exception (
	thread   bigint NOT NULL REFERENCES meetup (thread) ON DELETE CASCADE,
	original bigint NOT NULL, -- when it would have begun
	moved    bigint NOT NULL, -- when it begins instead; 0: it was dropped
	PRIMARY KEY (thread, original)
);

-- What somebody answered who was asked whether they come.
CREATE TABLE rsvp (
	thread     bigint NOT NULL REFERENCES meetup (thread) ON DELETE CASCADE,
	occurrence bigint NOT NULL, -- which of its times: when that begins, or would have
	hash       bytea  NOT NULL, -- SHA-256 of the answer's token
	answer     bigint NOT NULL CHECK (answer IN (1, 2, 3)), -- coming, maybe, can't
	note       text   NOT NULL, -- for the host
	PRIMARY KEY (thread, hash, occurrence)
);

-- How many answered what, which is all that stays.
CREATE TABLE rsvp_count (
	thread     bigint  NOT NULL REFERENCES meetup (thread) ON DELETE CASCADE,
	occurrence bigint  NOT NULL,
	ends_at    bigint  NOT NULL, -- when that time is over
	kept       boolean NOT NULL, -- the answers themselves are still here
	coming     bigint  NOT NULL,
	maybe      bigint  NOT NULL,
	cant       bigint  NOT NULL,
	PRIMARY KEY (thread, occurrence)
);
CREATE INDEX rsvp_count_by_end ON rsvp_count (ends_at) WHERE kept;
