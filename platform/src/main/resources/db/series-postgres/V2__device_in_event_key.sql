-- Two devices may use one event id.
DO $$
DECLARE
  compressed BOOLEAN := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
  IF compressed THEN
    PERFORM public.remove_compression_policy('events');
    ALTER TABLE events SET (timescaledb.compress = false);
  END IF;
  ALTER TABLE events DROP CONSTRAINT events_pkey;
  ALTER TABLE events ADD PRIMARY KEY (ts, id, device, keep_days);
  IF compressed THEN
    ALTER TABLE events SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');
    PERFORM public.add_compression_policy('events', interval '7 days');
  END IF;
END $$;
