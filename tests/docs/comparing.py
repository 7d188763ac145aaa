"""Holding what a document shows against what really came.

Ids and times are different at every run; they only have to be of the same kind. Everything else must
be equal. In the document `…` stands for any text, and a field named `…` for any other fields.
"""

import re
from typing import Any

REST = "…"
_ANY_NUMBER = ("bytes",)
_DIFFERENT_EVERY_TIME = {
    "«uuid»": r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "«picture»": r"\bve-img-[0-9a-f]{32}\b",
    "«time»": r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?",
    "«request»": r"\b[0-9a-f]{16}\b",
    "«use case»": r"\b[a-hjkmnp-z2-9]{12}\b",
}


def check_json(shown: Any, real: Any, path: str = "") -> None:
    """Fail where the two differ."""
    if shown == REST:
        return
    if isinstance(shown, dict) and isinstance(real, dict):
        missing, more = shown.keys() - real.keys() - {REST}, real.keys() - shown.keys()
        assert not missing, f"{path}: the reply has no {sorted(missing)}; it has {sorted(real)}"
        assert not more or REST in shown, f"{path}: the document does not show {sorted(more)} of the reply"
        for name in shown.keys() - {REST}:
            if name not in _ANY_NUMBER:
                check_json(shown[name], real[name], f"{path}.{name}".lstrip("."))
    elif isinstance(shown, list) and isinstance(real, list):
        known = shown[:-1] if shown and shown[-1] == REST else shown
        assert len(real) >= len(known), f"{path}: {len(known)} entries are shown, {len(real)} came"
        assert len(real) == len(known) or known is not shown, (
            f"{path}: {len(known)} entries are shown, {len(real)} came"
        )
        for index, one in enumerate(known):
            check_json(one, real[index], f"{path}.{index}".lstrip("."))
    elif isinstance(shown, str) and isinstance(real, str):
        assert matches(shown, real), f"{path}: shown as {shown!r}, came as {real!r}"
    else:
        assert (type(shown), shown) == (type(real), real), f"{path}: shown as {shown!r}, came as {real!r}"


def check_lines(shown: str, real: str) -> None:
    """Fail unless the lines that are shown come in their order; others may stand between them."""
    left = iter([" ".join(line.split()) for line in real.splitlines()])
    for line in shown.splitlines():
        words = " ".join(line.split())
        if words not in ("", REST):
            assert any(matches(words, other) for other in left), f"no line is {line!r}; all that came:\n{real}"


def matches(shown: str, real: str) -> bool:
    """Whether the text could be what is shown."""
    pattern = ".*".join(re.escape(piece) for piece in _normal(shown).split(REST))
    return re.fullmatch(pattern, _normal(real), re.DOTALL) is not None


def _normal(text: str) -> str:
    for name, pattern in _DIFFERENT_EVERY_TIME.items():
        text = re.sub(pattern, name, text)
    return text
