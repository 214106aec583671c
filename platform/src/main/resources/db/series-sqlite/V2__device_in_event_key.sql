-- Two devices may use one event id.
CREATE TABLE keyed (
  ts        INTEGER NOT NULL,
  id        BLOB NOT NULL,
  keep_days INTEGER NOT NULL,
  name      TEXT,
  device    TEXT NOT NULL,
  type      TEXT NOT NULL,
  family    TEXT NOT NULL,
  kind      TEXT NOT NULL,
  received  INTEGER NOT NULL,
  stored    INTEGER NOT NULL,
  json      TEXT NOT NULL,
  PRIMARY KEY (ts, id, device, keep_days)
);

INSERT INTO keyed SELECT * FROM events;
DROP TABLE events;
-- Without it the renaming would stop at the view, which names a table that is not there just now.
PRAGMA legacy_alter_table = ON;
ALTER TABLE keyed RENAME TO events;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX event_by_id ON events (id);
CREATE INDEX event_by_device ON events (device, ts);
