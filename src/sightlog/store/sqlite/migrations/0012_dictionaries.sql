-- What stored bodies are compressed with. A dictionary is named in each body that needs it, and never removed.

CREATE TABLE dictionaries (
    number  INTEGER PRIMARY KEY,
    content BLOB NOT NULL
);
