"""The demo: an invented company's events, the same for everyone who starts it."""
