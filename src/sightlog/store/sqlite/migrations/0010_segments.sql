-- The side index in segments: see docs/architecture.md. Made from the events when the store is opened.

DROP TABLE side_index;

-- Derived: a run of a use case's events that never changes. Numbers are never reused.
CREATE TABLE segments (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    use_case   INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    gone       INTEGER NOT NULL,     -- how many of them were deleted or overwritten since
    first_time INTEGER NOT NULL,
    last_time  INTEGER NOT NULL,
    first_seq  INTEGER NOT NULL,
    last_seq   INTEGER NOT NULL
);
CREATE INDEX segments_by_time ON segments (use_case, last_time);
CREATE INDEX segments_by_seq ON segments (use_case, first_seq);

-- Derived: which of a segment's events have which values; see store/sqlite/index/parts.py.
CREATE TABLE segment_parts (
    number  INTEGER PRIMARY KEY,
    segment INTEGER NOT NULL,
    field   TEXT NOT NULL,
    type    TEXT NOT NULL,
    first   ,                        -- the first value in the part; null for the set of all events with the field
    content BLOB NOT NULL
);
CREATE INDEX segment_parts_by_value ON segment_parts (segment, field, type, first);

-- Derived: what became of a segment's events since it was sealed.
CREATE TABLE segment_notes (
    segment INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;

-- How many commits have changed the index, and up to which number events are in segments or waiting.
CREATE TABLE index_state (
    commits   INTEGER NOT NULL,
    watermark INTEGER NOT NULL
);
INSERT INTO index_state (commits, watermark) VALUES (0, 0);

-- Events up to the watermark that are in no segment yet.
CREATE TABLE index_waiting (
    seq INTEGER PRIMARY KEY
);
