-- Keys of the site's own that must outlive a restart.
CREATE TABLE secret (
	name  text  PRIMARY KEY,
	value bytea NOT NULL
);

-- The key of one day's poster tags. When it is deleted nobody can tell any
-- more which browser a tag came from.
CREATE TABLE day_key (
	day   bigint PRIMARY KEY, -- days since 1970 in UTC
	value bytea  NOT NULL
);

-- A board that has posts. A place without a row has a quiet board.
CREATE TABLE board (
	place   text   PRIMARY KEY,
	threads bigint NOT NULL,
	posts   bigint NOT NULL,
	lively  bigint NOT NULL, -- liveliness in millionths, see board.Liveliness
	last_at bigint NOT NULL  -- seconds since 1970, at a full minute
);

CREATE TABLE thread (
	number  bigint  PRIMARY KEY, -- that of its opening post
	place   text    NOT NULL,    -- the path of the board it stands on
	region  text    NOT NULL,    -- the path of the region that board lies in, or ''
	country text    NOT NULL,    -- the path of its country, or ''
	subject text    NOT NULL,
	posts   bigint  NOT NULL,    -- that stand, the opening post among them
	bump    bigint  NOT NULL,    -- the number of the post that bumped it last
	at      bigint  NOT NULL,    -- when it was opened
	last_at bigint  NOT NULL,    -- when the newest post came
	locked  boolean NOT NULL
);
CREATE INDEX thread_by_place   ON thread (place, bump);
CREATE INDEX thread_by_region  ON thread (region, bump)  WHERE region <> '';
CREATE INDEX thread_by_country ON thread (country, bump) WHERE country <> '';
CREATE INDEX thread_by_bump    ON thread (bump);

CREATE TABLE post (
	number bigint  PRIMARY KEY,
	thread bigint  NOT NULL REFERENCES thread (number) ON DELETE CASCADE,
	name   text    NOT NULL,
	trip   text    NOT NULL,
	tag    text    NOT NULL, -- tells posters in one thread apart on one day
	body   text    NOT NULL,
	sage   boolean NOT NULL,
	gone   boolean NOT NULL, -- taken back: the text is no longer here
	at     bigint  NOT NULL, -- seconds since 1970, at a full minute
	code   bytea   NOT NULL, -- SHA-256 of the delete code
	once   bytea            -- tells a form that was sent twice; forgotten after a day
);
CREATE INDEX post_by_thread ON post (thread, number);
CREATE UNIQUE INDEX post_by_once ON post (once) WHERE once IS NOT NULL;

-- Which post refers to which, for backlinks.
CREATE TABLE quote (
	source        bigint NOT NULL REFERENCES post (number) ON DELETE CASCADE,
	target        bigint NOT NULL REFERENCES post (number) ON DELETE CASCADE,
	source_thread bigint NOT NULL,
	target_thread bigint NOT NULL,
	PRIMARY KEY (source, target)
);
CREATE INDEX quote_by_source ON quote (source_thread, source);
CREATE INDEX quote_by_target ON quote (target_thread, target);
CREATE INDEX quote_of_target ON quote (target);
