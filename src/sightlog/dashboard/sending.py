"""Lines to paste that use a key: with the SDK, with curl, and in the workflow block."""

import json
import shlex
from typing import Any

from msgspec import Struct

from sightlog.domain.api_keys import MAY_WRITE, Scope

EXAMPLE_USE_CASE = "My use case"
# Between two quoted pieces, so that the shell puts the time in.
_NOW_IN_SHELL = '"timestamp": "\'$(date -u +%Y-%m-%dT%H:%M:%SZ)\'"'


class Way(Struct, frozen=True):
    """One way to use a key: its label, the lines, and a sentence about them."""

    name: str
    label: str
    lines: str
    hint: str


def ways_to_use(address: str, key: str, use_case: str | None, scopes: list[Scope] | None) -> list[Way]:
    """The ways that the key's scopes (None: all) allow. `use_case` is a name or an id."""
    named = use_case or EXAMPLE_USE_CASE
    if scopes is None or not set(scopes).isdisjoint(MAY_WRITE):
        return [_sdk(address, key, _sending(named)), _curl_that_sends(address, key, named), _block(address, key, named)]
    return [_sdk(address, key, _reading(named)), _curl_that_reads(address, key)]


def _sdk(address: str, key: str, program: str) -> Way:
    lines = f"""pip install roboflow-slim
export API_URL={shlex.quote(address)}
export ROBOFLOW_API_KEY={shlex.quote(key)}
python - <<'END'
{program}
END"""
    return Way("sdk", "SDK", lines, "The SDK reads API_URL once, when it is imported: set it before.")


def _sending(use_case: str) -> str:
    return f"""from datetime import UTC, datetime
import roboflow

roboflow.Roboflow().workspace().write_vision_event({{
    "eventType": "quality_check",
    "useCaseId": {_quoted(use_case)},
    "timestamp": datetime.now(UTC).isoformat(),
    "eventData": {{"result": "pass"}},
}})"""


def _reading(use_case: str) -> str:
    return f"""import roboflow

workspace = roboflow.Roboflow().workspace()
for page in workspace.query_all_vision_events({_quoted(use_case)}):
    for event in page:
        print(event["timestamp"], event["eventType"])"""


def _curl_that_sends(address: str, key: str, use_case: str) -> Way:
    event = {
        "eventType": "quality_check",
        "useCaseId": use_case,
        "timestamp": "NOW",
        "eventData": {"result": "pass"},
    }
    body = shlex.quote(_quoted(event)).replace('"timestamp": "NOW"', _NOW_IN_SHELL)
    lines = f"curl {shlex.quote(address + '/vision-events')} \\\n  {_header(key)} \\\n  -d {body}"
    return Way("curl", "curl", lines, "201 means that the event is on disk.")


def _curl_that_reads(address: str, key: str) -> Way:
    lines = f"curl {shlex.quote(address + '/vision-events/use-cases')} \\\n  {_header(key)}"
    return Way("curl", "curl", lines, "It lists the use cases with their counts.")


def _block(address: str, key: str, use_case: str) -> Way:
    lines = f"""# in the environment of the inference server
EVENT_INGESTION_API_KEY={shlex.quote(key)}

# in the block “Roboflow Vision Events”; solution is the field “Use Case”
solution: {_quoted(use_case)}
write_to_event_store: true
event_store_url: {address}"""
    hint = "In a container, 127.0.0.1 is the container: give the address at which it reaches this machine."
    return Way("block", "Workflow block", lines, hint)


def _header(key: str) -> str:
    return f"-H {shlex.quote('Authorization: Bearer ' + key)}"


def _quoted(value: Any) -> str:
    """As Python and JSON both write it. A name is on one line (see `check_name`)."""
    return json.dumps(value, ensure_ascii=False)
