"""How a server tells commands on the same machine where it is. Apart from the server, so that they need not load it."""

import os
from pathlib import Path

from msgspec import Struct

RUN_FILE = "run.json"


class RunningServer(Struct, frozen=True, rename="camel"):
    """What run.json tells the command line about the server that holds the folder."""

    address: str
    pid: int
    admin_key: str


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, in one step: whoever reads it sees all of it or the one before."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
