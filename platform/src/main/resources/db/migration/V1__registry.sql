-- The registry. Times are milliseconds since 1970 in UTC; flags are 0 or 1; lists and maps are JSON
-- text. ${identity} is how the database at hand numbers rows.

CREATE TABLE setting (
  name  VARCHAR(100) PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE device_type (
  name             VARCHAR(64) PRIMARY KEY,
  display_name     VARCHAR(255) NOT NULL,
  description      TEXT NOT NULL,
  category         VARCHAR(64) NOT NULL,
  capabilities     TEXT NOT NULL,
  data_format      VARCHAR(32) NOT NULL,
  update_frequency VARCHAR(32) NOT NULL,
  retention_policy VARCHAR(32) NOT NULL,
  measurements     TEXT NOT NULL,
  models           TEXT NOT NULL,
  manufacturers    TEXT NOT NULL,
  metadata         TEXT NOT NULL,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  version          BIGINT NOT NULL
);

CREATE TABLE device (
  id          VARCHAR(128) PRIMARY KEY,
  type        VARCHAR(64) NOT NULL,
  name        VARCHAR(255) NOT NULL,
  model       VARCHAR(255),
  location    VARCHAR(255),
  description TEXT,
  owner       VARCHAR(128),
  enabled     SMALLINT NOT NULL,
  metadata    TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  version     BIGINT NOT NULL
);

CREATE INDEX device_by_type ON device (type, id);
CREATE INDEX device_by_owner ON device (owner);

-- A component id of '' stands for every component of the type.
CREATE TABLE decoding_parameter (
  id             ${identity},
  device         VARCHAR(128) NOT NULL,
  mode           VARCHAR(64) NOT NULL,
  component_type VARCHAR(64) NOT NULL,
  component_id   VARCHAR(32) NOT NULL,
  encoding       VARCHAR(32) NOT NULL,
  unit           VARCHAR(32) NOT NULL,
  scale          DOUBLE PRECISION NOT NULL,
  width_bits     INTEGER,
  signed         SMALLINT NOT NULL,
  little_endian  SMALLINT NOT NULL,
  byte_offset    INTEGER NOT NULL,
  decimals       INTEGER,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  version        BIGINT NOT NULL,
  UNIQUE (device, mode, component_type, component_id)
);

CREATE TABLE credential (
  id         VARCHAR(64) PRIMARY KEY,
  device     VARCHAR(128) NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  label      VARCHAR(100) NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT
);

CREATE INDEX credential_by_device ON credential (device);

CREATE TABLE owner (
  id         VARCHAR(128) PRIMARY KEY,
  name       VARCHAR(100) NOT NULL,
  email      VARCHAR(254),
  phone      VARCHAR(50),
  address    TEXT,
  created_at BIGINT NOT NULL
);

CREATE TABLE application (
  id            VARCHAR(36) PRIMARY KEY,
  name          VARCHAR(100) NOT NULL UNIQUE,
  developer     VARCHAR(100) NOT NULL,
  version       VARCHAR(20) NOT NULL,
  contact_email VARCHAR(254) NOT NULL,
  description   TEXT,
  category      VARCHAR(50),
  platform      VARCHAR(50),
  status        VARCHAR(20) NOT NULL,
  api_key_hash  VARCHAR(64),
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);

CREATE TABLE application_device_type (
  application VARCHAR(36) NOT NULL REFERENCES application (id) ON DELETE CASCADE,
  device_type VARCHAR(64) NOT NULL,
  PRIMARY KEY (application, device_type)
);

CREATE INDEX application_by_device_type ON application_device_type (device_type);

-- Changes of devices that the log has not been told of yet. A null body is a deletion.
CREATE TABLE outbox (
  id         ${identity},
  device     VARCHAR(128) NOT NULL,
  body       TEXT,
  created_at BIGINT NOT NULL
);
