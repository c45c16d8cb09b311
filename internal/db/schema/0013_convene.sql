-- A hand that is up: somebody's wish to meet in a city, without a name.
CREATE TABLE hand (
	hash  bytea  PRIMARY KEY, -- SHA-256 of the token that its owner has
	place text   NOT NULL,    -- the path of the city
	week  bigint NOT NULL,    -- in which it was put up or renewed, counted from Monday, 5 January 1970, in UTC
	reach bigint NOT NULL     -- how far its owner would go, in km; 0: no further than the city
);
CREATE INDEX hand_by_place ON hand (place, reach);
CREATE INDEX hand_by_week  ON hand (week);

-- How many hands are up in a city.
CREATE TABLE hands (
	place text   PRIMARY KEY,
	up    bigint NOT NULL
);

-- The poll for a date, on a thread of its own.
CREATE TABLE convening (
	thread    bigint  PRIMARY KEY REFERENCES thread (number) ON DELETE CASCADE,
	place     text    NOT NULL,
	opened_at bigint  NOT NULL, -- seconds since 1970, to the minute
	closes_at bigint  NOT NULL, -- at the latest
	closed_at bigint  NOT NULL, -- 0 while it is open
	hands     bigint  NOT NULL, -- that were up when it closed; until then, when it opened
	came      boolean NOT NULL, -- a meetup came of it
	at_choice bigint  NOT NULL, -- the choice that won for the time; 0 for none
	in_choice bigint  NOT NULL  -- and that for the place
);
CREATE UNIQUE INDEX convening_open     ON convening (place) WHERE closed_at = 0;
CREATE INDEX        convening_by_place ON convening (place, thread);

-- What hands choose from: times, and public places that somebody proposed.
CREATE TABLE convening_choice (
	thread     bigint  NOT NULL REFERENCES convening (thread) ON DELETE CASCADE,
	number     bigint  NOT NULL, -- from 1, in the order in which they came
	at         bigint  NOT NULL, -- a time, in seconds since 1970; 0: it is a place
	name       text    NOT NULL, -- of the place, as are the rest
	directions text    NOT NULL, -- how to find it
	why        text    NOT NULL, -- why there
	step_free  boolean NOT NULL,
	free       boolean NOT NULL, -- nothing has to be bought or paid
	suits      bigint  NOT NULL, -- how it was marked when the convening closed
	could      bigint  NOT NULL,
	cant       bigint  NOT NULL,
	PRIMARY KEY (thread, number)
);

-- What a hand has marked in a convening that is open.
CREATE TABLE mark (
	thread bigint NOT NULL REFERENCES convening (thread) ON DELETE CASCADE,
	choice bigint NOT NULL,
	hand   bytea  NOT NULL,
	answer bigint NOT NULL CHECK (answer IN (1, 2, 3)), -- suits, could, can't
	PRIMARY KEY (thread, choice, hand)
);
CREATE INDEX mark_by_hand ON mark (hand);
