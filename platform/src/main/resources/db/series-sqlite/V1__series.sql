-- Events and readings. Times are microseconds since 1970 in UTC.
CREATE TABLE series (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  device TEXT NOT NULL,
  metric TEXT NOT NULL,
  unit   TEXT NOT NULL,
  kind   SMALLINT NOT NULL,
  UNIQUE (device, metric, unit, kind)
);

-- The name is null when the id in its own form is the name.
CREATE TABLE events (
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
  PRIMARY KEY (ts, id, keep_days)
);

CREATE INDEX event_by_id ON events (id);
CREATE INDEX event_by_device ON events (device, ts);

CREATE TABLE readings (
  series    INTEGER NOT NULL,
  ts        INTEGER NOT NULL,
  keep_days INTEGER NOT NULL,
  value     DOUBLE PRECISION,
  text      TEXT,
  PRIMARY KEY (series, ts, keep_days)
) WITHOUT ROWID;

CREATE INDEX reading_by_time ON readings (ts);

CREATE TABLE hourly (
  series INTEGER NOT NULL,
  hour   INTEGER NOT NULL,
  low    DOUBLE PRECISION NOT NULL,
  high   DOUBLE PRECISION NOT NULL,
  total  DOUBLE PRECISION NOT NULL,
  n      BIGINT NOT NULL,
  PRIMARY KEY (series, hour)
) WITHOUT ROWID;

CREATE INDEX hourly_by_hour ON hourly (hour);

-- Hours whose rollup is older than their readings, and when that became so.
CREATE TABLE dirty_hour (hour INTEGER NOT NULL, marked INTEGER NOT NULL);

-- For how long some events are kept; 0 is for ever.
CREATE TABLE kept_class (days INTEGER PRIMARY KEY, retired BIGINT NOT NULL);

-- What each hour holds, always true to the readings while these are kept.
CREATE VIEW hourly_stat AS
SELECT series, hour, low, high, total, n FROM hourly
WHERE hour NOT IN (SELECT hour FROM dirty_hour)
UNION ALL
SELECT r.series, d.hour, min(r.value), max(r.value), sum(r.value), count(*)
FROM (SELECT DISTINCT hour FROM dirty_hour) d
JOIN readings r ON r.ts >= d.hour AND r.ts < d.hour + 3600000000
WHERE r.value IS NOT NULL
GROUP BY r.series, d.hour;

-- For people who ask in SQL.
CREATE VIEW iot_measurements AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', m.ts / 1000000.0, 'unixepoch') AS timestamp,
       m.device AS device_id,
       m.json ->> '$.connector_mode' AS connector_mode,
       COALESCE(m.json ->> '$.component_type', m.metric) AS component_type,
       m.json ->> '$.component_id' AS component_id,
       m.metric,
       m.value,
       m.text AS text_value,
       m.unit,
       COALESCE(m.json -> '$.raw_data', m.json) AS raw_data
FROM (SELECT r.ts, r.value, r.text, s.device, s.metric, s.unit,
             (SELECT e.json FROM events e WHERE e.device = s.device AND e.ts = r.ts
              ORDER BY s.metric LIKE (e.json ->> '$.connector') || '.'
                       || (e.json ->> '$.component_type') || '%' DESC NULLS LAST
              LIMIT 1) AS json
      FROM readings r JOIN series s ON s.id = r.series) m;

CREATE VIEW iot_hourly_stats AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', h.hour / 1000000.0, 'unixepoch') AS bucket,
       s.device AS device_id,
       s.metric,
       s.unit,
       h.total / h.n AS avg_value,
       h.low AS min_value,
       h.high AS max_value,
       h.n AS count
FROM hourly_stat h JOIN series s ON s.id = h.series;
