"""`sightlog retention`: removing now what the server removes once a minute, or saying what that would be."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption
from sightlog.cli.output import counted, say, show_json, show_table

if TYPE_CHECKING:
    from sightlog.cli.connecting import Connection

# How long one call may take; between two of them it says how far it is.
_SECONDS_A_CALL = 5.0

app = typer.Typer(help="Removing what is too old, or too much.", no_args_is_help=True)


@app.command("run")
def run_retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove events older than their workspace keeps and, above SIGHTLOG_MAX_BYTES, the oldest ones."""
    from sightlog.cli.connecting import connect
    from sightlog.settings import load_settings

    with connect(load_settings(os.environ, data=data)) as connection:
        result = connection.run("retention.run", {"dryRun": True}) if dry_run else _run_to_the_end(connection)
    if as_json:
        show_json(result)
    elif dry_run:
        _show_plan(result)
    else:
        print(
            f"Removed {counted(result['tooOld'], 'event')} by age, {result['forRoom']:,} to make room, and "
            f"{counted(result['unusedImages'], 'picture')} that no event had named."
        )


def _run_to_the_end(connection: "Connection") -> dict[str, int]:
    """One call after the other, and what they removed together: many events take minutes, because others have the
    store three quarters of the time."""
    removed: dict[str, int] = {}
    while True:
        part = connection.run("retention.run", {"seconds": _SECONDS_A_CALL})
        is_finished = part.pop("isFinished", True)  # a server of an older version runs to the end at once
        removed = {name: removed.get(name, 0) + count for name, count in part.items()}
        if is_finished:
            return removed
        say(f"{sum(removed.values()):,} removed so far ...")


def _show_plan(plan: dict[str, Any]) -> None:
    from sightlog.domain.times import format_timestamp

    if plan["tooOld"]:
        show_table(
            ("use case", "events too old", "oldest (UTC)"),
            [
                (each["useCase"], f"{each['events']:,}", format_timestamp(each["oldest"])[:19].replace("T", " "))
                for each in plan["tooOld"]
            ],
        )
    else:
        print("No event is older than its workspace keeps.")
    over = plan["bytesOver"]
    room = f"{over:,} over SIGHTLOG_MAX_BYTES: the oldest events go until it fits" if over else "within the limit"
    print(f"{plan['bytesUsed']:,} bytes in use; {room}.")
