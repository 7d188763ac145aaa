-- Who gave a piece of feedback: the user's number when it was given in the dashboard, null for what a key sent. It
-- stands beside the event's body and never in it, so that no sender can claim it.
ALTER TABLE events ADD COLUMN reviewer INTEGER;
