"""The condition tree that filters become: what an event must hold, in terms of its facts. No SQL, no wire names."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sightlog.domain.facts import Value

Operator = Literal["eq", "in", "gt", "gte", "lt", "lte", "contains", "starts_with", "exists"]


class Match(Struct, frozen=True):
    """The event has an entry of one of these fields whose value passes the operator.

    `letter` is the type that the entry must have (None: any, only with `exists`); `value` is a tuple for `in`.
    """

    fields: tuple[str, ...]
    letter: str | None
    operator: Operator
    value: Value | tuple[Value, ...] = True


class Not(Struct, frozen=True):
    """The event does not match: also when it lacks the field or has it in another type."""

    condition: Condition


class AllOf(Struct, frozen=True):
    """Every one matches; with none of them, every event does."""

    conditions: tuple[Condition, ...]


class AnyOf(Struct, frozen=True):
    """At least one matches."""

    conditions: tuple[Condition, ...]


Condition = Match | Not | AllOf | AnyOf
