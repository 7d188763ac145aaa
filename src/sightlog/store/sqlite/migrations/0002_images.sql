-- Pictures: what was uploaded, which events use it, and which files are to be removed.

CREATE TABLE images (
    source_id    TEXT PRIMARY KEY,
    workspace    INTEGER NOT NULL,
    hash         TEXT NOT NULL,       -- SHA-256 of the bytes: the name of the blob
    content_type TEXT NOT NULL,
    bytes        INTEGER NOT NULL,
    width        INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    name         TEXT,
    metadata     TEXT,                -- a JSON object, or null
    uploaded_at  INTEGER NOT NULL,
    api_key      INTEGER,
    is_used      INTEGER NOT NULL     -- 1 once an event has named it; it leaves with the last one that does
) WITHOUT ROWID;
CREATE INDEX images_by_hash ON images (hash);
CREATE INDEX images_never_used ON images (uploaded_at) WHERE is_used = 0;

-- Derived: which events name which pictures. was_found is 0 when the picture was not there when the event came.
CREATE TABLE image_uses (
    seq       INTEGER NOT NULL,
    source_id TEXT NOT NULL,
    was_found INTEGER NOT NULL,
    PRIMARY KEY (seq, source_id)
) WITHOUT ROWID;
CREATE INDEX image_uses_by_image ON image_uses (source_id);

-- Blobs that nothing names any more: their files go after the commit that put them here, also after a crash.
CREATE TABLE freed_blobs (
    hash TEXT PRIMARY KEY
) WITHOUT ROWID;

-- Derived: sums that would be scans. 'blob_bytes': the bytes of all different blobs that some image names.
CREATE TABLE sums (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO sums (name, n) VALUES ('blob_bytes', 0);
