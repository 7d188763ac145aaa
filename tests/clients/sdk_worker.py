"""Runs the official SDK in a process of its own, because it reads API_URL when it is imported.

Each line in is a call, `{"method": ..., "args": [...], "kwargs": {...}}` on the SDK's workspace; each line out is what
came of it: `{"result": ...}` or `{"error": ..., "type": ...}`. What the SDK prints goes to standard error.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Iterator) else value


def main() -> None:
    replies, sys.stdout = sys.stdout, sys.stderr
    from roboflow import Roboflow

    workspace = Roboflow().workspace()
    for line in sys.stdin:
        call = json.loads(line)
        try:
            found = getattr(workspace, call["method"])
            result = found(*call["args"], **call["kwargs"]) if callable(found) else found
            reply = {"result": _plain(result)}
        except Exception as error:  # noqa: BLE001  # whatever it is, the test decides
            reply = {"error": str(error), "type": type(error).__name__}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
