"""Sightlog: the open, self-hosted server for Vision Events."""

__version__ = "0.1.0"
