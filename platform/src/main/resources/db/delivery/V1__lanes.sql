-- What waits to be delivered, and what became of it. In a file or schema of its own, so that
-- deliveries and the registry's writers do not wait for each other. Times are milliseconds since 1970 in UTC.
-- An endpoint is known by its number; a place is a partition and an offset of the enriched topic
-- in one number, so the places of a lane are in the order of the log.

-- How far each partition was matched.
CREATE TABLE position (
  partition_number INTEGER PRIMARY KEY,
  next_offset      BIGINT NOT NULL,
  raw_offset       BIGINT NOT NULL
);

-- An event that somebody waits for.
CREATE TABLE event (
  place       ${row_key},
  id          VARCHAR(128) NOT NULL,
  device      VARCHAR(128) NOT NULL,
  type        VARCHAR(64) NOT NULL,
  accepted_at BIGINT NOT NULL,
  body        ${bytes} NOT NULL
);

-- An endpoint and a partition. Due: when to look at it, null when it is empty or must not be sent.
-- While a worker holds it, due is the end of the lease, and the epoch is the worker's proof.
CREATE TABLE lane (
  id       ${identity},
  endpoint BIGINT NOT NULL,
  shard    INTEGER NOT NULL,
  due_at   BIGINT,
  leased   SMALLINT NOT NULL,
  epoch    BIGINT NOT NULL,
  UNIQUE (endpoint, shard)
);

CREATE INDEX lane_by_due ON lane (due_at);

-- Pointers: inserted, deleted when done, never changed.
CREATE TABLE delivery (
  lane  BIGINT NOT NULL,
  place BIGINT NOT NULL,
  PRIMARY KEY (lane, place)
) ${clustered};

CREATE INDEX delivery_by_place ON delivery (place);

-- Events that a receiver refused, which are tried again beside the lane, or inside it when it is
-- ordered.
CREATE TABLE refusal (
  lane   BIGINT NOT NULL,
  place  BIGINT NOT NULL,
  tries  INTEGER NOT NULL,
  first_at BIGINT NOT NULL,
  due_at BIGINT,
  PRIMARY KEY (lane, place)
) ${clustered};

CREATE INDEX refusal_by_place ON refusal (place);

-- Deliveries that are not tried any more until somebody says so.
CREATE TABLE parked (
  lane      BIGINT NOT NULL,
  place     BIGINT NOT NULL,
  reason    VARCHAR(20) NOT NULL,
  parked_at BIGINT NOT NULL,
  PRIMARY KEY (lane, place)
) ${clustered};

CREATE INDEX parked_by_place ON parked (place);

-- Every attempt: successes without an answer, failures with the first 2 KB of it.
CREATE TABLE attempt (
  id       ${identity},
  endpoint BIGINT NOT NULL,
  place    BIGINT NOT NULL,
  event    VARCHAR(128) NOT NULL,
  device   VARCHAR(128) NOT NULL,
  at       BIGINT NOT NULL,
  outcome  VARCHAR(12) NOT NULL,
  status   INTEGER,
  millis   INTEGER NOT NULL,
  detail   TEXT,
  answer   TEXT
);

CREATE INDEX attempt_by_endpoint ON attempt (endpoint, id);
CREATE INDEX attempt_by_event ON attempt (event);

-- The health of an endpoint that fails now; no row for a healthy one.
CREATE TABLE health (
  endpoint      ${row_key},
  failures      INTEGER NOT NULL,
  first_failure BIGINT NOT NULL,
  open_until    BIGINT NOT NULL,
  step          INTEGER NOT NULL
);

-- What the owner of an endpoint should know.
CREATE TABLE notice (
  id       ${identity},
  endpoint BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  kind     VARCHAR(20) NOT NULL,
  detail   TEXT NOT NULL
);

CREATE INDEX notice_by_endpoint ON notice (endpoint, id);
