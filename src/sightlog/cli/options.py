"""The options that most commands share."""

from typing import Annotated

import typer

DataOption = Annotated[
    str | None, typer.Option("--data", metavar="DIR", help="The data folder (SIGHTLOG_DATA; ./sightlog-data).")
]
WorkspaceOption = Annotated[
    str | None, typer.Option("--workspace", metavar="SLUG", help="The workspace; the first one when left out.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
