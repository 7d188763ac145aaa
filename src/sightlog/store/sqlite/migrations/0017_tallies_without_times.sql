-- Kept counts have no times any more. Those by quarter-hour, of types and results, were never read: what happened when is
-- asked of the side index.

CREATE TABLE tallies_without_times (
    use_case INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    key      TEXT NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (use_case, kind, key)
) WITHOUT ROWID;
INSERT INTO tallies_without_times SELECT use_case, kind, key, n FROM tallies WHERE kind <> 'outcome';
DROP TABLE tallies;
ALTER TABLE tallies_without_times RENAME TO tallies;
