"""What a page may say once a form was taken. The address holds only a key, and a name that this session has sealed, so
nobody can put words into somebody else's page."""

import hashlib
import hmac

from sightlog.web.visits import Visit

# {named} is what it was done to, in quotes, where the address says so.
NOTICES = {
    "created": "Created{named}.",
    "renamed": "Renamed{named}.",
    "archived": "Archived{named}. New events are refused; everything stays readable.",
    "unarchived": "Brought back{named}. It takes events again.",
    "use-case-deleted": "Deleted{named} for good. What it held is removed within minutes.",
    "saved": "Saved.",
    "deleted": "Deleted.",
    "test-event": "The test event has come. Its metadata says that it is one; delete it whenever you like.",
    "reviewed": "Feedback saved.",
    "password": "The password is set. Other sessions have ended.",
    "password-removed": "The password is removed. A sign-in link still works.",
    "ended": "Signed out there.",
    "removed": "Removed, and signed out everywhere.",
    "revoked": "Revoked. Nobody can use the key any more.",
    "no-more": "There is no further event in this list.",
}
_NAME_LETTERS = 60
_SEAL_DIGITS = 16


def notice_about(key: str, name: str, who: Visit) -> str:
    """The parameter `notice` of an address: a key of `NOTICES`, and what it was done to, cut to a readable length."""
    short = name if len(name) <= _NAME_LETTERS else f"{name[:_NAME_LETTERS].rstrip()}…"
    return f"{key}:{_seal(key, short, who)}:{short}"


def read_notice(parameter: str, who: Visit) -> str:
    """Its words; without the name when another session has made it, and none for an unknown key."""
    key, _, rest = parameter.partition(":")
    words = NOTICES.get(key, "")
    seal, _, name = rest.partition(":")
    is_ours = bool(rest) and hmac.compare_digest(seal.encode(), _seal(key, name, who).encode())
    return words.format(named=f" “{name}”" if is_ours else "")


def _seal(key: str, name: str, who: Visit) -> str:
    text = f"notice\n{key}\n{name}".encode()
    return hmac.new(who.csrf.encode(), text, hashlib.sha256).hexdigest()[:_SEAL_DIGITS]
