-- What is too old is found without looking at what is not.
CREATE INDEX event_by_age ON event (accepted_at);
CREATE INDEX event_by_id ON event (id);
