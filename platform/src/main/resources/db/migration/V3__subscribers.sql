-- Where the events of an application go: one callback URL each. Secrets are encrypted.
CREATE TABLE endpoint (
  number          ${identity},
  application     VARCHAR(36) NOT NULL UNIQUE REFERENCES application (id) ON DELETE CASCADE,
  url             TEXT NOT NULL,
  format          VARCHAR(20) NOT NULL,
  ordering        VARCHAR(10) NOT NULL,
  on_refusal      VARCHAR(10) NOT NULL,
  in_flight_max   INTEGER NOT NULL,
  timeout_seconds INTEGER NOT NULL,
  state           VARCHAR(10) NOT NULL,
  reason          TEXT NOT NULL,
  state_since     BIGINT NOT NULL,
  secret          TEXT NOT NULL,
  previous_secret TEXT,
  previous_until  BIGINT
);

-- Who wants which events, from when until when. The id is made from the application and what it
-- selects, so asking again renews. A filter is JSON text.
CREATE TABLE subscription (
  id            VARCHAR(36) PRIMARY KEY,
  application   VARCHAR(36) NOT NULL REFERENCES application (id) ON DELETE CASCADE,
  device        VARCHAR(128),
  device_type   VARCHAR(64),
  filter        TEXT,
  status        VARCHAR(10) NOT NULL,
  subscribed_at BIGINT NOT NULL,
  asked_at      BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  cancelled_at  BIGINT
);

CREATE INDEX subscription_by_application ON subscription (application, id);
CREATE INDEX subscription_by_device ON subscription (device);
CREATE INDEX subscription_by_expiry ON subscription (status, expires_at);
