"""A stand-in for curl where it is not installed: the few of its options that the documents use."""

import argparse
import sys
from pathlib import Path
from typing import Any

import httpx


def main() -> None:
    """Send one request and print the reply's body."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-f", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-F", dest="form", action="append", default=[])
    parser.add_argument("-d", "--data-binary", dest="data")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.headers)
    sent: dict[str, Any] = {}
    if given.form:
        sent["files"] = {name: _part(value) for name, _, value in (one.partition("=") for one in given.form)}
    elif given.data is not None:
        sent["content"] = _content(given.data)
    method = given.method or ("POST" if sent else "GET")
    try:
        reply = httpx.request(method, given.url, headers=headers, timeout=30, trust_env=False, **sent)
    except httpx.TransportError:
        sys.exit(7)
    if given.f and reply.is_error:
        sys.exit(22)
    sys.stdout.buffer.write(reply.content)


def _content(data: str) -> bytes:
    if data == "@-":
        return sys.stdin.buffer.read()
    return Path(data[1:]).read_bytes() if data.startswith("@") else data.encode()


def _part(value: str) -> tuple[str | None, bytes]:
    """(file name, content) of a form's part."""
    return (value[1:], Path(value[1:]).read_bytes()) if value.startswith("@") else (None, value.encode())


if __name__ == "__main__":
    main()
