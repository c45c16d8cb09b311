-- The key by which push services know this site (VAPID, RFC 8292).
CREATE TABLE push_key (
	private text NOT NULL,
	public  text NOT NULL
);

-- A browser that asked to be told of new posts in a thread (RFC 8030).
CREATE TABLE push_subscription (
	endpoint text   NOT NULL, -- where its push service takes messages for it
	thread   bigint NOT NULL,
	p256dh   text   NOT NULL, -- its public key: only it can read the message (RFC 8291)
	auth     text   NOT NULL, -- its secret for that
	language text   NOT NULL,
	until    bigint NOT NULL, -- seconds since 1970
	told_at  bigint NOT NULL, -- when it was told of something last, to the minute
	failed   bigint NOT NULL, -- times in a row
	PRIMARY KEY (endpoint, thread)
);
CREATE INDEX push_by_thread ON push_subscription (thread);
CREATE INDEX push_by_until  ON push_subscription (until);

-- How far the outbox was read, by whichever node read it.
CREATE TABLE push_reader (
	cursor text NOT NULL
);
INSERT INTO push_reader (cursor) VALUES ('');
