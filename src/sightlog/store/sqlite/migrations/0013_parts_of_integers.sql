-- The times and numbers of a segment's events lie in parts, found by the place of the first event. Segments of before
-- stay as they are; a program that knows only those must not open this database.
SELECT 1;
