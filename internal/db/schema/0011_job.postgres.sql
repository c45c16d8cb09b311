-- Work that is to be done at a time, by one node. See internal/job.
CREATE TABLE job (
	number     bigint PRIMARY KEY,
	kind       text   NOT NULL,
	about      text   NOT NULL, -- the ids of what it is about, '' for none
	due        bigint NOT NULL, -- seconds since 1970
	held_until bigint NOT NULL, -- until when a node has it, in seconds since 1970; 0 for nobody
	turn       bigint NOT NULL, -- how often it was taken or moved: who took it earlier no longer has it
	tries      bigint NOT NULL, -- since it was done last, or added
	why        text   NOT NULL, -- the last of them failed, '' where it didn't
	dead_at    bigint NOT NULL, -- when it was given up, in seconds since 1970; 0 for never
	UNIQUE (kind, about)
);
CREATE INDEX job_by_due ON job (due) WHERE dead_at = 0;
CREATE INDEX job_dead   ON job (dead_at) WHERE dead_at > 0;

CREATE SEQUENCE job_number;
