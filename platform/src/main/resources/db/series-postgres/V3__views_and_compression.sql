-- PostgreSQL makes no text of a zero character, and reads nothing of a JSON that has one.
CREATE OR REPLACE VIEW public.iot_measurements AS
SELECT m.ts AS timestamp,
       m.device AS device_id,
       m.json ->> 'connector_mode' AS connector_mode,
       COALESCE(m.json ->> 'component_type', m.metric) AS component_type,
       m.json ->> 'component_id' AS component_id,
       m.metric,
       m.value,
       m.text AS text_value,
       m.unit,
       COALESCE(m.json -> 'raw_data', m.json) AS raw_data
FROM (SELECT r.ts, r.value, r.text, s.device, s.metric, s.unit,
             (SELECT e.json
              FROM (SELECT device, ts, replace(json, '\u0000', '\ufffd')::json AS json
                    FROM events) e
              WHERE e.device = s.device AND e.ts = r.ts
              ORDER BY s.metric LIKE (e.json ->> 'connector') || '.'
                       || (e.json ->> 'component_type') || '%' DESC NULLS LAST
              LIMIT 1) AS json
      FROM readings r JOIN series s ON s.id = r.series) m;

-- True to late readings too; a continuous aggregate is so only as far back as it is refreshed.
CREATE OR REPLACE VIEW public.iot_hourly_stats AS
SELECT h.hour AS bucket, s.device AS device_id, s.metric, s.unit,
       h.total / h.n AS avg_value, h.low AS min_value, h.high AS max_value, h.n AS count
FROM hourly_stat h JOIN series s ON s.id = h.series;

-- The Apache edition of TimescaleDB has neither compression nor continuous aggregates. Retention
-- removes by keep_days, hence whole segments.
DO $$
DECLARE
  hypertable TEXT;
BEGIN
  IF to_regclass('timescaledb_information.hypertables') IS NULL
      OR current_setting('timescaledb.license', TRUE) IS DISTINCT FROM 'timescale' THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM timescaledb_information.hypertables
                 WHERE hypertable_schema = current_schema() AND hypertable_name = 'events') THEN
    RETURN;
  END IF;
  FOR hypertable IN SELECT hypertable_name FROM timescaledb_information.hypertables
                    WHERE hypertable_schema = current_schema() AND compression_enabled LOOP
    PERFORM public.remove_compression_policy(hypertable::regclass, if_exists => TRUE);
    PERFORM public.decompress_chunk(chunk, TRUE)
    FROM public.show_chunks(hypertable::regclass) AS chunk;
  END LOOP;
  ALTER TABLE events SET (timescaledb.compress,
    timescaledb.compress_segmentby = 'keep_days, device',
    timescaledb.compress_orderby = 'ts DESC, id');
  ALTER TABLE readings SET (timescaledb.compress,
    timescaledb.compress_segmentby = 'keep_days, series',
    timescaledb.compress_orderby = 'ts DESC');
  PERFORM public.add_compression_policy('events', interval '7 days');
  PERFORM public.add_compression_policy('readings', interval '7 days');
  EXECUTE 'CREATE MATERIALIZED VIEW IF NOT EXISTS hourly_aggregate
    WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT series, public.time_bucket(interval ''1 hour'', ts) AS bucket,
           avg(value) AS avg_value, min(value) AS min_value, max(value) AS max_value,
           count(value) AS count
    FROM readings GROUP BY 1, 2 WITH NO DATA';
  PERFORM public.add_continuous_aggregate_policy('hourly_aggregate',
    start_offset => interval '3 days', end_offset => interval '1 hour',
    schedule_interval => interval '30 minutes', if_not_exists => TRUE);
  PERFORM public.add_retention_policy('hourly_aggregate', interval '730 days',
    if_not_exists => TRUE);
END $$;
