"""JSON for people to read: broken into lines where it must be, with the kind of each token for its colour."""

import re
from typing import Any

from msgspec import json

Token = tuple[str, str]

_WIDTH = 56
_JSON_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)'
)


def flat(value: Any) -> str:
    """JSON on one line, with spaces."""
    return json.format(json.encode(value), indent=0).decode()


def pretty(value: Any, indent: str = "", name: str = "") -> str:
    """JSON for people: whatever fits on a line, behind its name, stays on it."""
    line = name + flat(value)
    if len(line) + len(indent) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [pretty(item, inner, f"{json.encode(key).decode()}: ") for key, item in value.items()]
    else:
        parts = [pretty(item, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return name + opening + "\n" + ",\n".join(inner + part for part in parts) + "\n" + indent + closing


def coloured(text: str) -> list[Token]:
    """The tokens of a JSON text with their kinds."""
    tokens: list[Token] = []
    end = 0
    for found in _JSON_TOKEN.finditer(text):
        if found.start() > end:
            tokens.append(("", text[end : found.start()]))
        tokens.append((found.lastgroup or "", found[0]))
        end = found.end()
    return [*tokens, ("", text[end:])] if end < len(text) else tokens
