-- Two devices may use one event id. A key can be added only where nothing is compressed.
DO $$
DECLARE
  compressed BOOLEAN := FALSE;
BEGIN
  IF to_regclass('timescaledb_information.hypertables') IS NOT NULL THEN
    SELECT COALESCE(bool_or(compression_enabled), FALSE) INTO compressed
    FROM timescaledb_information.hypertables
    WHERE hypertable_schema = current_schema() AND hypertable_name = 'events';
  END IF;
  IF compressed THEN
    PERFORM public.remove_compression_policy('events', if_exists => TRUE);
    PERFORM public.decompress_chunk(chunk, TRUE) FROM public.show_chunks('events') AS chunk;
    ALTER TABLE events SET (timescaledb.compress = FALSE);
  END IF;
  ALTER TABLE events DROP CONSTRAINT events_pkey;
  ALTER TABLE events ADD PRIMARY KEY (ts, id, device, keep_days);
END $$;
