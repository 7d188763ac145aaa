"""How the dashboard writes numbers, ids and the field's terms."""

import msgspec

EVENT_TYPES = {
    "quality_check": "Quality check",
    "inventory_count": "Inventory count",
    "safety_alert": "Safety alert",
    "custom": "Custom",
    "operator_feedback": "Feedback",
}
SHORT_EVENT_TYPES = {
    "quality_check": "Quality",
    "inventory_count": "Inventory",
    "safety_alert": "Safety",
    "custom": "Custom",
    "operator_feedback": "Feedback",
}
FEEDBACK = {"correct": "Correct", "incorrect": "Incorrect", "inconclusive": "Inconclusive", "none": "Not reviewed"}

_SHOWN_ID_LETTERS = 14


def number(value: float) -> str:
    """`1,234`; at most two digits behind the point."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0")


def as_sent(value: str | bool | int | float) -> str:
    """A metadata value, whole and as it came; text without its quotes."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def share(part: float, whole: float) -> str:
    """`2.4 %`; a dash when there is nothing to share."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 event`, `2,000 events`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def shortened(id: str) -> str:
    """An id shortened in the middle: its beginning and its end tell ids apart."""
    if len(id) <= _SHOWN_ID_LETTERS:
        return id
    return f"{id[:7]}…{id[-6:]}"


def file_size(size: int) -> str:
    """`253 kB`."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def span(microseconds: int) -> str:
    """`4 s`, `12 min`, `3 h`, `2 d`."""
    seconds = microseconds / 1_000_000
    for below, unit, name in ((90, 1, "s"), (5400, 60, "min"), (129_600, 3600, "h")):
        if seconds < below:
            return f"{max(round(seconds / unit), 1)} {name}"
    return f"{round(seconds / 86_400)} d"
