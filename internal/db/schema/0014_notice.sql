-- What a browser is still to be told: the newest post, and until when a node is at
-- telling it. Of a node that dies another takes it over.
ALTER TABLE push_subscription ADD COLUMN owed       bigint NOT NULL DEFAULT 0; -- 0: nothing
ALTER TABLE push_subscription ADD COLUMN held_until bigint NOT NULL DEFAULT 0; -- seconds since 1970
CREATE INDEX push_by_debt ON push_subscription (held_until) WHERE owed > 0;
