-- A picture as it is kept: made anew out of what was sent, and stored once
-- however many posts show it. Its files are named by its number.
CREATE TABLE picture (
	number       bigint  PRIMARY KEY, -- random, below 2^53: tells nothing of when it came
	sha          bytea   NOT NULL UNIQUE, -- SHA-256 of the file
	md5          bytea   NOT NULL,    -- of the file, for the imageboards' JSON
	kind         text    NOT NULL,    -- jpeg, png or gif
	width        bigint  NOT NULL,
	height       bigint  NOT NULL,
	bytes        bigint  NOT NULL,
	thumb_kind   text    NOT NULL,
	thumb_width  bigint  NOT NULL,
	thumb_height bigint  NOT NULL,
	large_kind   text    NOT NULL,
	large_width  bigint  NOT NULL,
	large_height bigint  NOT NULL,
	moving       boolean NOT NULL,
	colour       bigint  NOT NULL,    -- 0xRRGGBB, its average
	pdq          bytea   NOT NULL,    -- perceptual hash
	quality      bigint  NOT NULL,    -- of that hash, 0 to 100
	state        text    NOT NULL CHECK (state IN ('waiting', 'shown', 'removed')),
	used         bigint  NOT NULL,    -- by how many posts
	at           bigint  NOT NULL     -- when it came or was decided on, to the minute
);
CREATE INDEX picture_waiting ON picture (at, number) WHERE state = 'waiting' AND used > 0;
CREATE INDEX picture_unused  ON picture (at) WHERE used = 0;

-- A picture in a post.
CREATE TABLE attachment (
	post     bigint  NOT NULL,
	position bigint  NOT NULL, -- from 0
	thread   bigint  NOT NULL,
	place    text    NOT NULL, -- path of the board
	picture  bigint  NOT NULL REFERENCES picture (number),
	alt      text    NOT NULL, -- what it shows, in the writer's words
	spoiler  boolean NOT NULL, -- shown only when asked for
	free     boolean NOT NULL, -- posted where pictures don't wait
	PRIMARY KEY (post, position)
);
CREATE INDEX attachment_by_thread  ON attachment (thread, post);
CREATE INDEX attachment_by_picture ON attachment (picture, post);

-- The perceptual hashes of pictures that this site lets in no more.
CREATE TABLE known_picture (
	pdq bytea  PRIMARY KEY,
	at  bigint NOT NULL -- when it was added, to the minute
);

-- What lets a steward in who has no key: a link good for one use, and the
-- session that it opens. Kept as hashes.
CREATE TABLE pass (
	hash  bytea   PRIMARY KEY, -- SHA-256
	link  boolean NOT NULL,    -- a link, not yet used
	until bigint  NOT NULL     -- seconds since 1970
);
