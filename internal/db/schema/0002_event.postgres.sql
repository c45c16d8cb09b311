-- The outbox: what happened, in order, appended by the transaction in which it
-- happened. Transactions overlap, so a row is readable in its place only once
-- every transaction older than its own (born) has ended.
CREATE TABLE event (
	number bigint PRIMARY KEY,
	born   bigint NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS text) AS bigint),
	kind   text   NOT NULL,
	place  text   NOT NULL,
	thread bigint NOT NULL,
	post   bigint NOT NULL,
	at     bigint NOT NULL
);
CREATE INDEX event_order ON event (born, number);
