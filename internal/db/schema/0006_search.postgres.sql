-- What posts are found by.
CREATE TABLE search_post (
	number bigint   PRIMARY KEY, -- the post's
	at     bigint   NOT NULL,    -- seconds since 1970, at a full minute
	tokens tsvector NOT NULL     -- its words as they are compared, and labels
);

-- Without a list of what is yet to be put in: every search would read it.
CREATE INDEX search_index ON search_post USING gin (tokens) WITH (fastupdate = off);

-- How far the outbox was read, and how far the posts of before.
CREATE TABLE search_reader (
	cursor  text    NOT NULL, -- of the outbox; '' before the first look
	filled  bigint  NOT NULL, -- posts up to this number are in
	whole   boolean NOT NULL, -- and none of before is left out
	read_at bigint  NOT NULL  -- when it was last known that nothing is missed
);
INSERT INTO search_reader (cursor, filled, whole, read_at) VALUES ('', 0, FALSE, 0);
