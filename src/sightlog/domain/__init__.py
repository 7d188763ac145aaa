"""The nouns of vision events and their rules: plain values, no input or output, time always an argument."""
