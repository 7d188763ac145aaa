"""`sightlog retention`: removing now what the server removes once a minute, or saying what that would be."""

from typing import Annotated, Any

import typer

from sightlog.cli.options import DataOption, JsonOption
from sightlog.cli.output import counted, show_json, show_table

app = typer.Typer(help="Removing what is too old, or too much.", no_args_is_help=True)


@app.command("run")
def run_retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove events older than their workspace keeps and, above SIGHTLOG_MAX_BYTES, the oldest ones."""
    from sightlog.cli.connecting import run_command

    result = run_command(data, "retention.run", {"dryRun": dry_run})
    if as_json:
        show_json(result)
    elif dry_run:
        _show_plan(result)
    else:
        print(
            f"Removed {counted(result['tooOld'], 'event')} by age, {result['forRoom']:,} to make room, and "
            f"{counted(result['unusedImages'], 'picture')} that no event had named."
        )


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
