"""What a server is asked when a sample is made, and again, word for word, when a later version has upgraded it.

Fields may be added to answers over time; nothing may change or go. Links to pictures are different each day, and the
words of refusals may become better.
"""

import hashlib
from typing import Any

import httpx
from msgspec import Struct

Json = dict[str, Any]

_DIFFERENT = ("url", "thumbUrl", "inputUrl", "inputThumbUrl", "requestId", "nextCursor")


class Question(Struct, frozen=True):
    """A request, with one of the sample's keys."""

    key: str
    method: str
    path: str
    body: Json | None = None


class Answered(Struct, frozen=True):
    """A question and what came."""

    question: Question
    status: int
    answer: Any


class Expected(Struct, frozen=True):
    """The file expected.json of a sample: its keys by name, and what its version answered."""

    keys: dict[str, str]
    answers: list[Answered]


def ask(server: str, keys: dict[str, str], question: Question) -> Answered:
    """Ask, and keep of the answer what must stay."""
    reply = httpx.request(
        question.method,
        server + question.path,
        json=question.body,
        headers={"Authorization": f"Bearer {keys[question.key]}"},
        timeout=30,
        trust_env=False,
    )
    return Answered(question, reply.status_code, _kept(reply))


def _kept(reply: httpx.Response) -> Any:
    kind = reply.headers["content-type"]
    if kind != "application/json":
        return {"contentType": kind, "sha256": hashlib.sha256(reply.content).hexdigest()}
    return _without_what_differs(reply.json() if reply.is_success else {"code": reply.json()["code"]})


def _without_what_differs(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_what_differs(one) for name, one in value.items() if name not in _DIFFERENT}
    return [_without_what_differs(one) for one in value] if isinstance(value, list) else value


def check_same(expected: Any, real: Any, place: str) -> None:
    """Fail unless all of `expected` is there; objects may have got more fields."""
    if isinstance(expected, dict) and isinstance(real, dict):
        for name, value in expected.items():
            assert name in real, f"{place} has no '{name}' any more"
            check_same(value, real[name], f"{place}.{name}")
    elif isinstance(expected, list) and isinstance(real, list):
        assert len(expected) == len(real), f"{place} has {len(real)} entries instead of {len(expected)}"
        for index, value in enumerate(expected):
            check_same(value, real[index], f"{place}.{index}")
    else:
        assert (type(expected), expected) == (type(real), real), f"{place} is {real!r} instead of {expected!r}"
