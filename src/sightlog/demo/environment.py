"""demo.env: what a second terminal needs to talk to the demo, its key included."""

import shlex
from pathlib import Path

from sightlog.domain.errors import Unauthenticated
from sightlog.operations.api_keys import authenticate, create_api_key
from sightlog.running import write_private
from sightlog.store.contract import Store

ENVIRONMENT_FILE = "demo.env"
_KEY_VARIABLE = "ROBOFLOW_API_KEY"


def write_environment(folder: Path, address: str, key: str, workspace: str) -> Path:
    """Write demo.env, for its owner only; returns where it is."""
    variables = {"API_URL": address, _KEY_VARIABLE: key, "RF_WORKSPACE": workspace}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    write_private(folder / ENVIRONMENT_FILE, "".join(lines).encode())
    return folder / ENVIRONMENT_FILE


def find_or_make_key(store: Store, folder: Path, workspace: int, now: int) -> str:
    """The key in demo.env while it is good, so that terminals which read it stay good too; else a new one."""
    kept = _kept_key(folder)
    try:
        if kept is not None and authenticate(store, kept, now).workspace == workspace:
            return kept
    except Unauthenticated:
        pass
    return create_api_key(store, workspace, "demo", [], now)[1]


def _kept_key(folder: Path) -> str | None:
    try:
        words = shlex.split((folder / ENVIRONMENT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = [word.partition("=")[2] for word in words if word.startswith(_KEY_VARIABLE + "=")]
    return found[-1] if found else None
