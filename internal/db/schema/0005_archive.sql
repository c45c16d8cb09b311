-- Threads that are pinned, that show pictures, and that are past the board's
-- limit: those are archived, to be read and no more.
ALTER TABLE thread ADD COLUMN pictures    bigint  NOT NULL DEFAULT 0; -- in the posts that stand
ALTER TABLE thread ADD COLUMN pinned      boolean NOT NULL DEFAULT FALSE;
ALTER TABLE thread ADD COLUMN archived_at bigint  NOT NULL DEFAULT 0; -- seconds since 1970; 0 where it isn't
ALTER TABLE board  ADD COLUMN archived    bigint  NOT NULL DEFAULT 0; -- of its threads

DROP INDEX thread_by_place;
CREATE INDEX thread_by_place   ON thread (place, bump)   WHERE archived_at = 0;
CREATE INDEX thread_pinned     ON thread (place, bump)   WHERE pinned;
CREATE INDEX thread_by_archive ON thread (place, number) WHERE archived_at > 0;
