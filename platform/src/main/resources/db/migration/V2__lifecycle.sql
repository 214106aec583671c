-- What a device draws and runs, told to whoever mirrors it.
ALTER TABLE device ADD COLUMN base_power DOUBLE PRECISION;
ALTER TABLE device ADD COLUMN base_voltage DOUBLE PRECISION;
ALTER TABLE device ADD COLUMN firmware_version VARCHAR(50);

-- What happened: created, updated or deleted. The body of a deletion is the device as it was.
ALTER TABLE outbox ADD COLUMN kind VARCHAR(16) NOT NULL DEFAULT 'updated';
UPDATE outbox SET kind = 'deleted' WHERE body IS NULL;

-- Who is there, as last noted.
CREATE TABLE presence (
  device     VARCHAR(128) PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
  state      VARCHAR(16) NOT NULL,
  reason     VARCHAR(32) NOT NULL,
  since      BIGINT NOT NULL,
  last_heard BIGINT
);

-- What devices were told to do, and what became of it.
CREATE TABLE command (
  id         VARCHAR(64) PRIMARY KEY,
  device     VARCHAR(128) NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  name       VARCHAR(64) NOT NULL,
  parameters TEXT NOT NULL,
  topic      VARCHAR(512) NOT NULL,
  state      VARCHAR(16) NOT NULL,
  detail     TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sent_at    BIGINT,
  ended_at   BIGINT
);

CREATE INDEX command_by_device ON command (device, created_at);
CREATE INDEX command_by_state ON command (state, created_at);
