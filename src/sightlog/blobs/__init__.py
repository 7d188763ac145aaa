"""Bytes: the pictures themselves, kept by the hash of their content."""
