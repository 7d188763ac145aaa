-- Derived: what a column of a segment holds, in few bytes; see store/sqlite/index/summaries.py. Those of one column lie
-- together, because a question asks all segments for it. Segments of before have none, until they are sealed anew beside
-- everything else.
CREATE TABLE segment_summaries (
    field   TEXT NOT NULL,
    type    TEXT NOT NULL,
    segment INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (field, type, segment)
) WITHOUT ROWID;

ALTER TABLE segments ADD COLUMN is_summarised INTEGER NOT NULL DEFAULT 0;
