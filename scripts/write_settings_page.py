"""Writes docs/settings.md from the rows of settings.py: `.venv/bin/python scripts/write_settings_page.py`."""

from inspect import signature
from pathlib import Path

from sightlog.cli.serve import serve
from sightlog.settings import SETTINGS, Setting

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"

FLAGS = signature(serve).parameters
# What is in none of them comes last.
GROUPS = {
    "Server": ("data", "host", "port", "public_url", "log_level", "benchmark_routes"),
    "Events": (
        "batch_events",
        "json_body_bytes",
        "images_per_event",
        "annotations_per_list",
        "oldest_event_days",
        "newest_event_days",
        "use_cases_per_workspace",
        "waiting_writes",
    ),
    "Queries": ("query_seconds", "values_per_field", "sources_per_use_case"),
    "Pictures and bundles": (
        "upload_bytes",
        "image_pixels",
        "image_frames",
        "bundle_bytes",
        "unpacked_bundle_bytes",
        "unused_image_hours",
    ),
    "Devices": ("device_port", "device_use_case", "device_body_bytes"),
    "How long, and how much": ("lookback_days", "max_bytes", "min_free_bytes"),
}

_HEAD = """\
<!-- Made by scripts/write_settings_page.py from src/sightlog/settings.py; change it there. -->

# Settings

Each is an environment variable, read once at start. Those with a flag can be given to `sightlog serve` as well, and the
flag wins.

```sh server
SIGHTLOG_QUERY_SECONDS=5 sightlog serve --lookback-days 90
```

A value that makes no sense, or a variable `SIGHTLOG_…` that is not in these tables, ends the start with a line that
says what is wrong. Underscores in numbers are fine.
"""


def settings_page() -> str:
    """The whole page."""
    rows = {row.name: row for row in SETTINGS}
    pieces = [_HEAD]
    for title, names in GROUPS.items():
        pieces += _group(title, [rows.pop(name) for name in names])
    if rows:
        pieces += _group("More", list(rows.values()))
    return "".join(pieces)


def _group(title: str, rows: list[Setting]) -> list[str]:
    return [f"\n## {title}\n\n| variable | default | |\n| --- | --- | --- |\n", *map(_line, rows)]


def _line(row: Setting) -> str:
    flag = f" Flag: `--{row.name.replace('_', '-')}`." if row.name in FLAGS else ""
    return f"| `{row.variable}` | {_shown(row)} | {row.sentence}{flag} |\n"


def _shown(row: Setting) -> str:
    if row.default == "":
        return ""
    if isinstance(row.default, bool):
        return f"`{str(row.default).lower()}`"
    return f"`{row.default:_}`" if row.type is int and row.default >= 10_000 else f"`{row.default}`"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
