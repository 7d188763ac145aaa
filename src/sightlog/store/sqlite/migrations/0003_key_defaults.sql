-- A key may say which device, stream and workflow its events come from when they do not say it themselves.

ALTER TABLE api_keys ADD COLUMN defaults TEXT;   -- a JSON object, or null
