-- What hands agreed on, which whoever takes their meetup on can't change; 0 and
-- false where nobody but its host did.
ALTER TABLE meetup ADD COLUMN agreed_at bigint  NOT NULL DEFAULT 0;
ALTER TABLE meetup ADD COLUMN agreed_in boolean NOT NULL DEFAULT FALSE;

-- Why a single time was dropped.
ALTER TABLE meetup_exception ADD COLUMN reason text NOT NULL DEFAULT '';

-- How it was, as its host tells it afterwards.
CREATE TABLE meetup_after (
	thread     bigint NOT NULL REFERENCES meetup (thread) ON DELETE CASCADE,
	occurrence bigint NOT NULL, -- which of its times: when that began, or would have
	starts_at  bigint NOT NULL, -- when it began
	came       bigint NOT NULL, -- how many
	notes      text   NOT NULL,
	PRIMARY KEY (thread, occurrence)
);

-- Until when a thread isn't archived to make room, for what its card says.
ALTER TABLE thread ADD COLUMN kept_until bigint NOT NULL DEFAULT 0;
CREATE INDEX thread_by_keeping ON thread (place, kept_until) WHERE kept_until > 0 AND archived_at = 0;
