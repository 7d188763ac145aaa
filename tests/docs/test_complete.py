"""Nothing that people meet is missing in the documents: addresses, commands, codes, scopes."""

import re
from collections.abc import Iterator

import click
import pytest
import typer.main

from sightlog.cli.app import app
from sightlog.domain.api_keys import Scope
from sightlog.domain.warnings import WarningCode
from sightlog.server import route_table
from sightlog.web.statuses import STATUS
from tests.docs.blocks import PAGES, ROOT, name_of

EVERYTHING = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
# Which docs/ on the server describes; nobody calls them by hand.
ONLY_IN_OPENAPI = {"/", "/{workspace}", "/usage/inference"}
_COMMAND_LINE = re.compile(r"(?<![\w/])(?:\.venv/bin/)?sightlog (?P<words>[a-z-]+[^\n`);|&>]*)")


def commands_of(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that one types."""
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    for name, inner in command.commands.items():
        yield from commands_of(inner, (*words, name))


COMMANDS = dict(commands_of(typer.main.get_command(app)))


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted({route.path for route in route_table() if route.is_described}))
def test_every_address_is_told(path: str) -> None:
    if path not in ONLY_IN_OPENAPI:
        pieces = re.split(r"\{[^}]+\}", path)
        pattern = r"[^\s`\"'/?]+".join(re.escape(piece) for piece in pieces)
        assert re.search(pattern + r"(?![\w/-])", EVERYTHING), f"no page shows {path}"


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_every_command_is_told(words: str) -> None:
    assert re.search(rf"sightlog {words}(?![\w-])", EVERYTHING), f"no page shows `sightlog {words}`"


def test_every_command_that_is_shown_exists_with_its_options() -> None:
    shown = list(_COMMAND_LINE.finditer(EVERYTHING))
    assert len(shown) > len(COMMANDS)
    for found in shown:
        line = found["words"]
        command = next((COMMANDS[words] for words in COMMANDS if re.match(rf"{words}(?![\w-])", line)), None)
        whole_group = line.split()[0] in {words.split()[0] for words in COMMANDS} and len(line.split()) == 1
        assert command is not None or whole_group, f"there is no command `sightlog {line}`"
        known = {option for parameter in command.params for option in parameter.opts} if command else set()
        for option in re.findall(r"(?<=\s)--[a-z-]+", line):
            assert option in known, f"`sightlog {line}` has no {option}"


def test_every_error_code_is_told_with_its_status() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", page("errors.md"), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == STATUS


def test_every_warning_is_told() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ", page("send-events.md"), re.MULTILINE)
    assert {code.value for code in WarningCode} <= set(rows)


def test_every_scope_is_told() -> None:
    assert all(f"`{scope}`" in page("keys.md") for scope in Scope)


def test_pages_are_named_by_the_repository() -> None:
    """No page of this machine slips in."""
    assert all(name_of(each).endswith(".md") for each in PAGES)
    assert "/tmp/" not in EVERYTHING
    assert "/home/" not in EVERYTHING
