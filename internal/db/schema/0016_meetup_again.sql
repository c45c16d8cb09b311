-- What is held again and again, to be found for a month without reading what is held
-- once before it.
CREATE INDEX meetup_again_by_place   ON meetup (place, next_at, thread)   WHERE next_at > 0 AND rrule <> '';
CREATE INDEX meetup_again_by_region  ON meetup (region, next_at, thread)  WHERE next_at > 0 AND region <> '' AND rrule <> '';
CREATE INDEX meetup_again_by_country ON meetup (country, next_at, thread) WHERE next_at > 0 AND country <> '' AND rrule <> '';
CREATE INDEX meetup_again_by_next    ON meetup (next_at, thread)          WHERE next_at > 0 AND rrule <> '';
