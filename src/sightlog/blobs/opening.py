"""From a data folder to its place for bytes. The only place above the backends that knows which one is in use."""

import os
import secrets
from pathlib import Path

from sightlog.blobs.backups import BlobFiles
from sightlog.blobs.contract import Blobs
from sightlog.blobs.local import LocalBlobs

LINK_SECRET_FILE = "link-secret"  # noqa: S105  # the name of a file
_BLOBS_FOLDER = "blobs"


def open_blobs(folder: Path) -> Blobs:
    """The blobs of a data folder; whoever holds its store open may use them."""
    return LocalBlobs(folder / _BLOBS_FOLDER)


def blob_files(folder: Path) -> BlobFiles:
    """The blob files of a data folder, which another process may hold open, or of a backup."""
    return BlobFiles(folder / _BLOBS_FOLDER)


def read_link_secret(folder: Path) -> bytes:
    """The secret that signs links to pictures, made on first use. Without the file, all links given out end."""
    path = folder / LINK_SECRET_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    return path.read_bytes()
