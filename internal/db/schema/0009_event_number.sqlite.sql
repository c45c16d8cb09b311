-- An event is numbered as it is stored, which is one statement less; its number
-- is the key of its row, which is one index less. A number is never given twice,
-- also after all events were deleted.
CREATE TABLE numbered_event (
	number integer PRIMARY KEY AUTOINCREMENT,
	born   bigint NOT NULL DEFAULT 0,
	kind   text   NOT NULL,
	place  text   NOT NULL,
	thread bigint NOT NULL,
	post   bigint NOT NULL,
	at     bigint NOT NULL
);
INSERT INTO numbered_event (number, born, kind, place, thread, post, at)
	SELECT number, born, kind, place, thread, post, at FROM event ORDER BY number;
DROP TABLE event;
ALTER TABLE numbered_event RENAME TO event;
CREATE INDEX event_order ON event (born, number);
DELETE FROM sqlite_sequence WHERE name = 'event';
INSERT INTO sqlite_sequence (name, seq) SELECT 'event', last FROM sequence WHERE name = 'event_number';
DELETE FROM sequence WHERE name = 'event_number';
