"""Time zones: the server's, and a workspace's own."""

import os
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sightlog.domain.errors import Invalid
from sightlog.domain.workspaces import Workspace

_ZONE_FOLDER = "zoneinfo/"


def check_time_zone(name: str) -> str:
    """The name of a time zone. Raises Invalid."""
    if _found(name) is None:
        raise Invalid.at("timeZone", f"expected an IANA name such as Europe/Berlin, got '{name[:60]}'")
    return name


def zone_of(workspace: Workspace) -> ZoneInfo:
    """In which zone the workspace's days begin and its times are shown."""
    return _found(workspace.time_zone or "") or server_zone()


def server_zone() -> ZoneInfo:
    """The machine's zone, by TZ or by /etc/localtime; UTC where neither names one. Every page asks for it, so the files
    are read once."""
    return _found(os.environ.get("TZ", "").lstrip(":")) or _machines_zone()


@cache
def _machines_zone() -> ZoneInfo:
    linked = os.path.realpath("/etc/localtime").partition(_ZONE_FOLDER)[2]
    return _found(linked) or _found(_debian_name()) or ZoneInfo("UTC")


def _debian_name() -> str:
    try:
        return Path("/etc/timezone").read_text("utf-8").strip()
    except OSError:
        return ""


def _found(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
