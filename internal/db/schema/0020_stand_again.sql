-- What hands agreed on and whoever looked after it cancelled: a hand may have it stand
-- again until it begins.
ALTER TABLE meetup ADD COLUMN may_stand boolean NOT NULL DEFAULT FALSE;
