-- The first tables. Times are microseconds since 1970 (UTC). See docs/architecture.md for what is truth and what is derived.

CREATE TABLE workspaces (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    slug          TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    lookback_days INTEGER NOT NULL
);

CREATE TABLE api_keys (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL REFERENCES workspaces (number),
    name       TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    hint       TEXT NOT NULL,
    scopes     TEXT,              -- a JSON array; null is full access
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
);

CREATE TABLE use_cases (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL REFERENCES workspaces (number),
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,     -- NFC, trimmed, case folded: when two names are the same
    status     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace, name_key)
);

-- The truth. AUTOINCREMENT, so that a deleted number never comes back and no stale entry names a new event.
CREATE TABLE events (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace       INTEGER NOT NULL,
    use_case        INTEGER NOT NULL,
    event_id        TEXT NOT NULL,
    timestamp       INTEGER NOT NULL,
    event_type      TEXT NOT NULL,
    received_at     INTEGER NOT NULL,
    api_key         INTEGER,          -- which key sent it; null for an import
    body_format     INTEGER NOT NULL,
    feedback_status TEXT,             -- what the newest review says; null when there is none
    warnings        TEXT,             -- a JSON array, or null
    rest            TEXT NOT NULL,    -- the event as it is answered, but for its images
    images          TEXT NOT NULL
);
CREATE UNIQUE INDEX events_by_id ON events (workspace, event_id);
CREATE INDEX events_by_time ON events (use_case, timestamp, event_id);

-- Derived: an event's filterable facts. bucket is the timestamp's quarter-hour.
CREATE TABLE side_index (
    use_case  INTEGER NOT NULL,
    bucket    INTEGER NOT NULL,
    field     TEXT NOT NULL,
    type      TEXT NOT NULL,
    value     NOT NULL,
    timestamp INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    PRIMARY KEY (use_case, bucket, field, type, value, timestamp, seq)
) WITHOUT ROWID;

-- Derived: all kept counts, in one shape.
CREATE TABLE tallies (
    use_case     INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    quarter_hour INTEGER NOT NULL,   -- 0 for counts without a time
    key          TEXT NOT NULL,
    n            INTEGER NOT NULL,
    PRIMARY KEY (use_case, kind, quarter_hour, key)
) WITHOUT ROWID;

-- Which groups of tallies had too many different keys, so that their counts were dropped.
CREATE TABLE crowded (
    use_case INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (use_case, kind, name)
) WITHOUT ROWID;

-- Derived: the times that enclose a metadata field's events.
CREATE TABLE fields (
    use_case   INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    PRIMARY KEY (use_case, kind, name)
) WITHOUT ROWID;

-- Derived: a source's newest event and its newest arrival.
CREATE TABLE sources (
    use_case         INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    name             TEXT NOT NULL,
    last_timestamp   INTEGER NOT NULL,
    last_seq         INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL,
    PRIMARY KEY (use_case, kind, name)
) WITHOUT ROWID;

-- Derived: which feedback events point at which event; the greatest (timestamp, seq) decides.
CREATE TABLE feedback (
    workspace        INTEGER NOT NULL,
    related_event_id TEXT NOT NULL,
    timestamp        INTEGER NOT NULL,
    seq              INTEGER NOT NULL,
    feedback         TEXT NOT NULL,
    PRIMARY KEY (workspace, related_event_id, timestamp, seq)
) WITHOUT ROWID;
