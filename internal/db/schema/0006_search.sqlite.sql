-- What posts are found by. The tokens of a post are kept so that every one of
-- them can be taken out of the index again when the post is taken back.
CREATE TABLE search_post (
	number integer PRIMARY KEY, -- the post's
	at     bigint  NOT NULL,    -- seconds since 1970, at a full minute
	tokens text    NOT NULL     -- its words as they are compared, and labels
);

-- The index over them. Tokens come ready made and are parted by spaces.
CREATE VIRTUAL TABLE search_index USING fts5 (
	tokens, content = 'search_post', content_rowid = 'number', columnsize = 0, tokenize = "ascii tokenchars ':/-'"
);
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);

-- How far the outbox was read, and how far the posts of before.
CREATE TABLE search_reader (
	cursor  text    NOT NULL, -- of the outbox; '' before the first look
	filled  bigint  NOT NULL, -- posts up to this number are in
	whole   boolean NOT NULL, -- and none of before is left out
	read_at bigint  NOT NULL  -- when it was last known that nothing is missed
);
INSERT INTO search_reader (cursor, filled, whole, read_at) VALUES ('', 0, FALSE, 0);
