"""Rows: everything that Sightlog keeps but the bytes of pictures."""
