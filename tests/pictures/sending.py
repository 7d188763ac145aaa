"""Pictures and bundles to send, each with bytes that no other test has, and a look at what a server keeps of them."""

import hashlib
import io
import json
import secrets
import tarfile
from pathlib import Path
from typing import Any

from PIL import Image

from tests.builders import an_event
from tests.pictures.making import encoded

Json = dict[str, Any]


def a_picture(content_type: str = "image/jpeg", width: int = 96, height: int = 64, **options: Any) -> bytes:
    """A picture file of noise."""
    noise = Image.frombytes("L", (width, height), secrets.token_bytes(width * height)).convert("RGB")
    return encoded(noise, content_type, **options)


def a_payload(use_case: str = "", *entries: Json, **changes: Any) -> Json:
    """A bundle's payload.json with these images entries."""
    event = an_event(use_case=use_case or ..., images=list(entries), **changes)
    return {"bundleFormatVersion": 1} | event


def a_bundle(payload: Json, members: dict[str, bytes] | None = None, mode: str = "w:gz") -> bytes:
    """A bundle as the official block writes it: the payload first, then the pictures."""
    return an_archive([("payload.json", json.dumps(payload).encode()), *(members or {}).items()], mode)


def an_archive(members: list[tuple[str | tarfile.TarInfo, bytes]], mode: str = "w:gz", **options: Any) -> bytes:
    """A tar file of members, given by their names or by whole headers."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, **options) as archive:
        for header, content in members:
            info = tarfile.TarInfo(header) if isinstance(header, str) else header
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def hash_of(data: bytes) -> str:
    """The name of the file that holds these bytes."""
    return hashlib.sha256(data).hexdigest()


def kept_files(folder: Path) -> set[str]:
    """The names of all files under a data folder's blobs: pictures, small versions, and what is on its way in."""
    return {file.name for file in (folder / "blobs").rglob("*") if file.is_file()}
