-- The step that the delivery of an event that is followed goes on from, a W3C traceparent.
ALTER TABLE event ADD COLUMN trace VARCHAR(55);
