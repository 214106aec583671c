-- When the same was wanted before, so that events of that time which come late are still matched.
ALTER TABLE subscription ADD COLUMN earlier_from BIGINT;
ALTER TABLE subscription ADD COLUMN earlier_until BIGINT;
