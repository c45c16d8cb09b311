-- What makes a thread more than talk: the kind of its card, whose fields are in
-- a table of that card's own.
ALTER TABLE thread ADD COLUMN card text NOT NULL DEFAULT '';
CREATE INDEX thread_by_card ON thread (place, card, bump) WHERE card <> '' AND archived_at = 0;
