-- The keys that tickets of forms are signed with, one a day, shared by all nodes
-- of a site. A day's is there a day before it is used, and a day after, since a
-- ticket lives longer than midnight.
CREATE TABLE ticket_key (
	day   bigint PRIMARY KEY, -- days since 1970 in UTC
	value bytea  NOT NULL
);

-- A ticket posts once, on whatever node and with whatever words: the first eight
-- bytes of once are the ticket's, the rest are the words'.
DROP INDEX post_by_once;
CREATE UNIQUE INDEX post_by_ticket ON post (substr(once, 1, 8)) WHERE once IS NOT NULL;
