"""What commands print: results on standard output, everything else on standard error."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

# In a pipe nothing is cut or wrapped, however long a name is.
_WIDTH_OF_A_PIPE = 10_000


def say(text: str) -> None:
    """Tell the person at the terminal something that is not the result."""
    print(text, file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    """The text on one line, without anything that could steer a terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def show_json(value: Any) -> None:
    """The result, for a program to read."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The result, for a person to read; None is shown as nothing."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else one_line(str(cell))) for cell in row))
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE
    console = Console(width=width, highlight=False)
    with console.capture() as capture:
        console.print(table)
    print("\n".join(line.rstrip() for line in capture.get().splitlines()))


def short_time(timestamp: str | None) -> str | None:
    """A timestamp to the second, for a column that says UTC."""
    return None if timestamp is None else timestamp[:19].replace("T", " ")


def counted(number: int, noun: str) -> str:
    """`1 event`, `2,500 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def path_to_type(path: Path) -> str:
    """The path as one would type it here: relative when it lies below the current folder, quoted when it must be."""
    absolute = os.path.abspath(path)
    below = os.path.relpath(absolute)
    return shlex.quote(absolute if below.startswith(os.pardir) else below)


def program_to_type() -> str:
    """How this program is called here: `sightlog`, `.venv/bin/sightlog` or `.venv/bin/python -m sightlog`."""
    script = Path(sys.argv[0])
    if script.name != "sightlog":
        return f"{path_to_type(Path(sys.executable))} -m sightlog"
    found = shutil.which("sightlog")
    return "sightlog" if found is not None and Path(found).samefile(script) else path_to_type(script)
