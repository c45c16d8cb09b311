-- The outbox: what happened, in order, appended by the transaction in which it
-- happened. Writers queue, so a row's number alone tells its place.
CREATE TABLE event (
	number bigint PRIMARY KEY,
	born   bigint NOT NULL DEFAULT 0,
	kind   text   NOT NULL,
	place  text   NOT NULL,
	thread bigint NOT NULL,
	post   bigint NOT NULL,
	at     bigint NOT NULL
);
CREATE INDEX event_order ON event (born, number);
