-- Numbers that are never drawn twice.
CREATE SEQUENCE post_number;
CREATE SEQUENCE event_number;
