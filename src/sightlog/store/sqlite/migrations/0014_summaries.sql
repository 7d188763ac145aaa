-- Derived: what a column of a segment holds, in few bytes; see store/sqlite/index/summaries.py. Segments of before have
-- none, until they are sealed anew beside everything else.
CREATE TABLE segment_summaries (
    number  INTEGER PRIMARY KEY,
    segment INTEGER NOT NULL,
    field   TEXT NOT NULL,
    type    TEXT NOT NULL,
    content BLOB NOT NULL
);
CREATE UNIQUE INDEX segment_summaries_by_column ON segment_summaries (segment, field, type);

ALTER TABLE segments ADD COLUMN is_summarised INTEGER NOT NULL DEFAULT 0;
