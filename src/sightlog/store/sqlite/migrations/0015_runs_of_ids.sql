-- Events have no index of their own any more: segments and tails are in the order of time, and ids are kept in runs.

DROP INDEX events_by_time;
DROP INDEX events_by_id;

-- Derived: which numbers the event with an id may have; see store/sqlite/index/ids.py. Made from the events when the
-- store is opened.

-- Numbers are never reused, and neither are those of parts: 256 times the run's, and the part's place in it, or 255 for
-- the run's filter.
CREATE TABLE id_runs (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    ids       INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    part_bits INTEGER NOT NULL,      -- it has two to this power parts
    gone      INTEGER NOT NULL       -- how many of its events were deleted or overwritten since
);
CREATE TABLE id_parts (
    number  INTEGER PRIMARY KEY,
    content BLOB NOT NULL
);

-- How often runs were written, and up to which number of an event.
ALTER TABLE index_state ADD COLUMN ids_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE index_state ADD COLUMN ids_watermark INTEGER NOT NULL DEFAULT 0;
