-- What became of a meetup since it was announced, as whoever waits for it is told: a
-- time that is a day away, what was changed.
CREATE TABLE meetup_tiding (
	thread     bigint NOT NULL REFERENCES meetup (thread) ON DELETE CASCADE,
	number     bigint NOT NULL, -- from 1, in the order in which they came
	kind       bigint NOT NULL, -- as tiding.Kind has them
	at         bigint NOT NULL, -- when it was so, to the minute
	occurrence bigint NOT NULL, -- which of its times: when that begins, or would have; 0: all of it
	was_at     bigint NOT NULL, -- when that was to begin; 0 where that is nothing to it
	now_at     bigint NOT NULL, -- when it begins; 0: it isn't held
	was_venue  text   NOT NULL, -- where it was to be
	now_venue  text   NOT NULL, -- where it is
	PRIMARY KEY (thread, number)
);
CREATE INDEX meetup_tiding_by_time ON meetup_tiding (at);

ALTER TABLE meetup ADD COLUMN tidings  bigint NOT NULL DEFAULT 0; -- the number of the newest of these
ALTER TABLE meetup ADD COLUMN reminded bigint NOT NULL DEFAULT 0; -- up to which start nobody is to be reminded any more

-- The number of the newest there were when somebody answered: what came after, they
-- haven't seen.
ALTER TABLE rsvp ADD COLUMN seen bigint NOT NULL DEFAULT 0;

-- A browser that asked to be told of a meetup, or of dates in a city.
CREATE TABLE push_ask (
	endpoint text   NOT NULL, -- where its push service takes messages for it
	thread   bigint NOT NULL, -- the meetup's; 0: it asked about a city
	place    text   NOT NULL, -- the path of the city; '': it asked about a meetup
	reach    bigint NOT NULL, -- how far around the city, in km
	p256dh   text   NOT NULL, -- its public key: only it can read the message (RFC 8291)
	auth     text   NOT NULL, -- its secret for that
	language text   NOT NULL,
	until    bigint NOT NULL, -- seconds since 1970
	told_at  bigint NOT NULL, -- when it was told of something last, to the minute
	failed   bigint NOT NULL, -- messages that never reached it, in a row
	PRIMARY KEY (endpoint, thread, place)
);
CREATE INDEX push_ask_by_thread ON push_ask (thread)       WHERE thread > 0;
CREATE INDEX push_ask_by_place  ON push_ask (place, reach) WHERE place <> '';
CREATE INDEX push_ask_by_until  ON push_ask (until);

-- What such a browser is still to be told, by one node at a time.
CREATE TABLE push_debt (
	endpoint text   NOT NULL, -- this and what follows as in push_ask
	place    text   NOT NULL,
	p256dh   text   NOT NULL,
	auth     text   NOT NULL,
	language text   NOT NULL,
	thread   bigint NOT NULL, -- of the meetup, or of the convening
	since    bigint NOT NULL, -- the number of the news that it was told last
	upto     bigint NOT NULL, -- and of the newest that it is to be told: of a convening, 1 that it opened, 2 that it closed
	due      bigint NOT NULL, -- when it is to be told, or told again, at the soonest
	until    bigint NOT NULL, -- from when on it is of no use
	tries    bigint NOT NULL, -- that failed
	PRIMARY KEY (endpoint, thread, place)
);
CREATE INDEX push_debt_by_due ON push_debt (due);
