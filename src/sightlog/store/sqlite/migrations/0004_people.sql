-- People, their roles, and how they are signed in. Times are microseconds since 1970. Tokens are kept as SHA-256 only.

CREATE TABLE users (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    is_owner   INTEGER NOT NULL,     -- 1: an admin of every workspace, also of later ones
    password   TEXT,                 -- an Argon2id hash; null for who signs in by links only
    created_at INTEGER NOT NULL,
    removed_at INTEGER               -- the row stays, so that what somebody reviewed keeps a name
);
CREATE UNIQUE INDEX users_by_name ON users (name_key) WHERE removed_at IS NULL;

CREATE TABLE members (
    user      INTEGER NOT NULL REFERENCES users (number),
    workspace INTEGER NOT NULL REFERENCES workspaces (number),
    role      TEXT NOT NULL,
    PRIMARY KEY (user, workspace)
) WITHOUT ROWID;

CREATE TABLE sessions (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    hash         BLOB NOT NULL UNIQUE,
    user         INTEGER NOT NULL REFERENCES users (number),
    csrf         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    agent        TEXT NOT NULL
);

CREATE TABLE sign_in_links (
    hash       BLOB PRIMARY KEY,
    user       INTEGER NOT NULL REFERENCES users (number),
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) WITHOUT ROWID;

ALTER TABLE workspaces ADD COLUMN time_zone TEXT;   -- an IANA name; null is the server's
