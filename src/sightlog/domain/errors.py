"""Every error a caller can meet, in one family.

VisionEventsError
├── InvalidJson            the body is not JSON that we can read
├── Invalid                the body has the wrong shape; `details` lists every problem
│   ├── InvalidFilter      a query filter is wrong
│   ├── InvalidCursor      a cursor is broken or from elsewhere
│   ├── UnknownUseCase     an event names a use case that does not exist
│   ├── ArchivedUseCase    an event names a use case that takes no new events
│   └── InvalidImage       a picture file is damaged, lies about itself or is over a limit
├── Unauthenticated        no key, a wrong one or a revoked one
├── SignInNeeded           a page of the dashboard, and nobody is signed in
├── Forbidden              the key lacks the scope, or the person the role
│   └── TooManyAttempts    too many wrong passwords; wait a while
├── NotFound               nothing with this id in the caller's workspace
├── MethodNotAllowed       the address exists, the method does not
├── NameTaken              another use case or workspace has this name
├── TooLarge               the body is over the limit
├── UnsupportedImage       the bytes are no picture of a format that we take
├── Busy                   more waits to be written than we queue; try again
├── QueryTooSlow           the time limit passed before anything was found
├── StorageFull            the disk has less free space than must stay free
├── FolderInUse            another process holds the data folder
├── StoreDamaged           the database file is damaged
├── StoreGone              the data folder was deleted or replaced under a running server
├── BackupFailed           a backup cannot be made, or one is not whole
└── StoreTooNew            the data folder was written by a newer Sightlog
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct


class Problem(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong: `path` is dotted (`images.0.label`), `index` the place in a batch."""

    path: str
    message: str
    index: int | None = None


class VisionEventsError(Exception):
    """Base of the family; `code` is the machine word of the answer, `extra` goes into its body."""

    code = "internal"

    def __init__(self, message: str, details: Sequence[Problem] = (), **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = list(details)
        self.extra = extra


class InvalidJson(VisionEventsError):
    """The body is not JSON, or not JSON that can be stored (NaN, lone surrogates, nested too deep)."""

    code = "invalid_json"


class Invalid(VisionEventsError):
    """The body was read but breaks the contract; `details` names every problem, not only the first."""

    code = "invalid"

    @classmethod
    def at(cls, path: str, message: str) -> "Invalid":
        """One problem at one place."""
        return cls(f"{path}: {message}" if path else message, [Problem(path, message)])


class InvalidFilter(Invalid):
    """A filter names an unknown operator or column, or has a value of the wrong type."""

    code = "invalid_filter"


class InvalidCursor(Invalid):
    """The cursor cannot be read, or belongs to another use case or workspace."""

    code = "invalid_cursor"


class UnknownUseCase(Invalid):
    """An event names a use case that does not exist in the workspace (400: it is in the body)."""

    code = "unknown_use_case"


class ArchivedUseCase(Invalid):
    """An event names a use case that is archived and takes no new events."""

    code = "archived_use_case"


class InvalidImage(Invalid):
    """A picture file is cut short or damaged, contradicts itself, or has more pixels or frames than the limits."""

    code = "invalid_image"


class Unauthenticated(VisionEventsError):
    """No key, a wrong key, or a revoked one."""

    code = "unauthenticated"


class Forbidden(VisionEventsError):
    """The key is known but has none of the scopes that this call needs."""

    code = "forbidden"


class TooManyAttempts(Forbidden):
    """Too many wrong passwords came for this name or from this address."""

    code = "too_many_attempts"


class SignInNeeded(VisionEventsError):
    """Nobody is signed in; `extra` holds the local address to come back to as `next`."""

    code = "sign_in_needed"


class NotFound(VisionEventsError):
    """Nothing with this id exists in the caller's workspace."""

    code = "not_found"


class MethodNotAllowed(VisionEventsError):
    """The address exists; this method does not."""

    code = "method_not_allowed"


class NameTaken(VisionEventsError):
    """The name is in use in this workspace; `extra` says by whom."""

    code = "name_taken"


class TooLarge(VisionEventsError):
    """The body is longer than the limit; it was refused before it was read whole."""

    code = "too_large"


class UnsupportedImage(VisionEventsError):
    """The bytes are not of one of the eight picture formats; names and headers are not asked."""

    code = "unsupported_image"


class Busy(VisionEventsError):
    """The write queue is full; the caller should try again shortly."""

    code = "busy"


class QueryTooSlow(VisionEventsError):
    """The query's time was up before it had found a single event."""

    code = "query_too_slow"


class StorageFull(VisionEventsError):
    """The disk has less free space than SIGHTLOG_MIN_FREE_BYTES; reading goes on."""

    code = "storage_full"


class FolderInUse(VisionEventsError):
    """Another process has opened this data folder for writing."""

    code = "folder_in_use"


class StoreGone(VisionEventsError):
    """The data folder was deleted, moved or replaced while the server had it open; nothing is stored any more."""

    code = "store_gone"


class StoreDamaged(VisionEventsError):
    """The database file is damaged; only a backup helps."""

    code = "store_damaged"


class BackupFailed(VisionEventsError):
    """Something that belongs to a backup is missing, changed or unreadable; `details` names every file."""

    code = "backup_failed"


class StoreTooNew(VisionEventsError):
    """The data folder was written by a newer version of Sightlog than this one."""

    code = "store_too_new"
