"""What a backup says of itself, and what its rows hold."""

from msgspec import Struct

BACKUP_FORMAT = 1


class StoreContents(Struct, frozen=True, kw_only=True, rename="camel"):
    """How much a store holds, and the version of its tables. `images` counts uploads, `blobs` different files."""

    schema_version: int
    workspaces: int
    use_cases: int
    events: int
    images: int
    blobs: int
    blob_bytes: int


class FileFacts(Struct, frozen=True, rename="camel"):
    """A file of a backup as it was when the backup was made."""

    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True, rename="camel"):
    """The file backup.json: when and by which version a backup was made, and what belongs to it. Pictures are not
    listed: the rows name them, and each file's name is the hash of its bytes."""

    format: int
    sightlog_version: str
    made_at: str
    contents: StoreContents
    files: dict[str, FileFacts]
