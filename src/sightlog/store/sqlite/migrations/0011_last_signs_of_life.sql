-- When a person was last seen, also after the session has ended, and when a key was last used. Microseconds since 1970.

ALTER TABLE users ADD COLUMN last_seen_at INTEGER;      -- null for who has never signed in
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;   -- null for what was never used since this is noted

UPDATE users SET last_seen_at = (SELECT max(last_seen_at) FROM sessions WHERE sessions.user = users.number);
