-- Whose turn it is to make the scheduled backup: one row, moved by whichever
-- node takes it.
CREATE TABLE backup_turn (
	at_it   bigint NOT NULL, -- when somebody last said that they are making one, in seconds since 1970; 0 for nobody
	done_at bigint NOT NULL  -- when the newest was begun that was made; 0 for never
);
INSERT INTO backup_turn (at_it, done_at) VALUES (0, 0);
