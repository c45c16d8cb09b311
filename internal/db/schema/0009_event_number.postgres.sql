-- An event is numbered as it is stored, which is one statement less.
ALTER TABLE event ALTER COLUMN number SET DEFAULT nextval('event_number');
