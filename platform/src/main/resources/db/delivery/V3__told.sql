-- Whether the owner was written to, or will not be.
ALTER TABLE notice ADD COLUMN told SMALLINT DEFAULT 1 NOT NULL;
CREATE INDEX notice_untold ON notice (told, id);
