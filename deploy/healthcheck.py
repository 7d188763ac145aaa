"""The container's health: ends with status 0 when the server answers that it can write and read, else with 1."""

import os
import sys
from urllib.request import ProxyHandler, build_opener

PATH = "/readyz"
SECONDS = 4


def main() -> None:
    """Ask the server of this container; a proxy of the environment is not for it."""
    address = f"http://127.0.0.1:{os.environ.get('SIGHTLOG_PORT') or 8000}{PATH}"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=SECONDS) as answer:
            answer.read()
    except OSError as error:
        sys.exit(f"{address}: {error}")


if __name__ == "__main__":
    main()
