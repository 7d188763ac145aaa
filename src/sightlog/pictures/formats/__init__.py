"""One file a format: its structure walked from the first byte to the last, without decoding a pixel."""
