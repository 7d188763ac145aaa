"""The fenced blocks of the documents, and what their first line says is to be done with them.

```sh            commands; run in order, in one shell a page
```sh server     a command that stays; run beside the others, which wait until it answers
```sh not-run    commands that cannot be run here; NOT_RUN in test_documents.py says why
```python        a program; run like a command
```json          the output of the block before, read as JSON
```text          lines of the output of the block before, in their order
```json example  something to look at; also `text example`
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = ("sh", "sh server", "python")
OUTPUT = ("json", "text")

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its page, the line it begins on, what its fence says, and what it holds."""

    page: Path
    line: int
    info: str
    text: str

    @property
    def place(self) -> str:
        return f"{name_of(self.page)}:{self.line}"

    @property
    def first_line(self) -> str:
        return self.text.splitlines()[0] if self.text else ""


def name_of(page: Path) -> str:
    """The page as the repository calls it."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """All fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found["info"].strip(), found["text"])
        for found in _FENCE.finditer(text)
    ]


def runnable(page: Path) -> bool:
    """Whether anything of the page is run."""
    return any(block.info in RUN for block in blocks_of(page))


def expectations_of(page: Path) -> Iterator[tuple[Block, Block]]:
    """(block that is run, block that tells its output)."""
    before: Block | None = None
    for block in blocks_of(page):
        if block.info in RUN:
            before = block
        elif block.info in OUTPUT:
            assert before is not None, f"{block.place}: there is no block before whose output this could be"
            yield before, block


def prose_of(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))
