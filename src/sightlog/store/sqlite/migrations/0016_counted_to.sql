-- Up to which number the events are in the tallies, the fields and the sources; see store/sqlite/counting.py. Those after
-- it are counted when the store is opened. Until this version every commit wrote what its events add.

ALTER TABLE index_state ADD COLUMN counted_to INTEGER NOT NULL DEFAULT 0;
UPDATE index_state SET counted_to = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0);
