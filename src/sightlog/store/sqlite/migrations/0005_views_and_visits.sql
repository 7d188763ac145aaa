-- What people keep of a use case's events: filters under a name, and when they last looked.

CREATE TABLE views (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    use_case   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,     -- as in use_cases: when two names are the same
    query      TEXT NOT NULL,     -- the parameters of the list's address
    created_at INTEGER NOT NULL,
    UNIQUE (use_case, name_key)
);

CREATE TABLE last_visits (
    person   INTEGER NOT NULL,
    use_case INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL,    -- the visit that goes on, or the last one
    before   INTEGER,             -- the end of the one before; null on the first
    PRIMARY KEY (person, use_case)
) WITHOUT ROWID;
