-- What hands agreed on and whoever looked after it cancelled: a hand may have it stand
-- again until it begins.
ALTER TABLE meetup ADD COLUMN may_stand boolean NOT NULL DEFAULT FALSE;

-- Why it was cancelled, in its host's words: it may be cancelled twice, for another reason.
ALTER TABLE meetup_tiding ADD COLUMN reason text NOT NULL DEFAULT '';
