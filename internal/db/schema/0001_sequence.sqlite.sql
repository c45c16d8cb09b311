-- Numbers that are never drawn twice. PostgreSQL has sequences of its own.
CREATE TABLE sequence (
	name text PRIMARY KEY,
	last bigint NOT NULL
);
INSERT INTO sequence (name, last) VALUES ('post_number', 0), ('event_number', 0);
