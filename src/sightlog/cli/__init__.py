"""The `sightlog` command. One file a noun; what they share is in output.py, options.py and connecting.py."""

from sightlog.cli.app import main

__all__ = ["main"]
