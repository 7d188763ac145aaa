"""Timestamps: any ISO 8601 in, microseconds since 1970 inside, UTC with six digits and `Z` out."""

import re
from datetime import UTC, datetime, timedelta

from sightlog.domain.remembering import Remembered

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS_PER_DAY = 86_400_000_000
_MICROSECONDS_PER_MINUTE = 60_000_000

_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
EXPECTED = "an ISO 8601 date and time with an offset or Z, such as 2026-08-13T09:00:00.123456Z"


def parse_timestamp(text: str) -> tuple[int, bool]:
    """Read an ISO 8601 date and time: (microseconds since 1970 UTC, whether it carried an offset).

    Digits beyond microseconds are cut off. Without an offset it is read as UTC.
    Raises ValueError, with what was expected, for anything else (also 24:00 and leap seconds).
    """
    if len(text) < 11:
        raise ValueError(f"expected {EXPECTED}")
    try:
        moment = datetime.fromisoformat(text.upper() if text[-1] == "z" else text)
        zone = moment.tzinfo
        if zone is UTC:
            return microseconds(moment), True
        # The way to UTC may lead out of the years that there are: an OverflowError.
        return microseconds(moment.astimezone(UTC) if zone else moment.replace(tzinfo=UTC)), zone is not None
    except (ValueError, OverflowError):
        raise ValueError(f"expected {EXPECTED}") from None


def parse_bound(text: str, *, end: bool) -> int:
    """Read a bound of a query: a timestamp, or a bare date, which means its first or last instant (UTC)."""
    if _BARE_DATE.fullmatch(text):
        start, _ = parse_timestamp(text + "T00:00:00Z")
        return start + MICROSECONDS_PER_DAY - 1 if end else start
    return parse_timestamp(text)[0]


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment_of(timestamp: int) -> datetime:
    """The aware UTC datetime of a timestamp in microseconds."""
    return EPOCH + timedelta(microseconds=timestamp)


def format_timestamp(timestamp: int) -> str:
    """`2026-08-13T09:00:00.123456Z`: always UTC, always six digits. Times that are written together lie close together,
    so the minutes are remembered."""
    minute, rest = divmod(timestamp, _MICROSECONDS_PER_MINUTE)
    second, fraction = divmod(rest, 1_000_000)
    return f"{_MINUTES[minute]}{second:02}.{fraction:06}Z"


def _minute(number: int) -> str:
    """The beginning of every timestamp in a minute."""
    return moment_of(number * _MICROSECONDS_PER_MINUTE).isoformat(timespec="minutes")[: len("2026-08-13T09:00")] + ":"


_MINUTES = Remembered(_minute)


_FORMATTED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def is_formatted(text: str) -> bool:
    """Whether a timestamp that can be read looks as `format_timestamp` would write it."""
    return _FORMATTED.fullmatch(text) is not None
