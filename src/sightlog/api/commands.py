"""The door through which the command line uses a server that holds the data folder (see `operations.commands`)."""

import hmac

from sightlog.domain.errors import Unauthenticated
from sightlog.domain.problems import read_json
from sightlog.operations.commands import CommandContext, run_command
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest


async def take_command(request: ApiRequest) -> Answer:
    """Only whoever can read run.json in the data folder knows the key of this start."""
    given = request.bearer_key() or ""
    if not hmac.compare_digest(given.encode(), request.context.admin_key.encode()):
        raise Unauthenticated("Unauthorized: this needs the key in run.json of the data folder")
    arguments = read_json(await request.body())
    context = CommandContext(
        store=request.store,
        blobs=request.context.blobs,
        limits=request.limits,
        lookback_days=request.context.lookback_days,
        now=request.now,
        address=request.context.public_url or request.context.local_url,
    )
    name = request.path_parameters["name"]
    return json_answer(await request.run_errand(lambda: run_command(name, context, arguments)))
