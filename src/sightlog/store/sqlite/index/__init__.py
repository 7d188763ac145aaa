"""The side index: what events hold, as sets of ordinals in sealed segments, and in memory for the newest events."""
