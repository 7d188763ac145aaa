"""The side index: an event's facts as rows in buckets of time, so that a filter touches only what it needs.

Everything above asks it one thing: which events of these buckets match a condition. What is behind that can change.
"""

import sqlite3
from collections.abc import Iterable

from msgspec import json

from sightlog.domain.conditions import AllOf, AnyOf, Condition, Match, Not
from sightlog.domain.facts import Entry
from sightlog.domain.times import quarter_hour_of
from sightlog.store.sqlite.connection import Row, insert_rows

_COMPARISONS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def rows_of(use_case: int, timestamp: int, seq: int, entries: Iterable[Entry]) -> list[Row]:
    """The index rows of one event."""
    bucket = quarter_hour_of(timestamp)
    return [(use_case, bucket, field, letter, value, timestamp, seq) for field, letter, value in entries]


def add_rows(connection: sqlite3.Connection, rows: list[Row]) -> None:
    """Add rows, in the order of the key, so that neighbours land on the same page."""
    rows.sort(key=lambda row: row[:4])
    insert_rows(connection, "INSERT INTO side_index (use_case, bucket, field, type, value, timestamp, seq)", rows)


def remove_rows(connection: sqlite3.Connection, rows: list[Row]) -> None:
    """Remove exactly these rows."""
    connection.executemany(
        "DELETE FROM side_index WHERE use_case = ? AND bucket = ? AND field = ? AND type = ? AND value = ?"
        " AND timestamp = ? AND seq = ?",
        rows,
    )


class Parameters:
    """The values of one statement. ?1 is the use case and ?2 the buckets as a JSON array."""

    def __init__(self, use_case: int) -> None:
        self.values: list[object] = [use_case, "[]"]

    def add(self, value: object) -> str:
        self.values.append(value)
        return f"?{len(self.values)}"


def predicate(condition: Condition, parameters: Parameters) -> str:
    """SQL that is true for an event `e` of the parameters' use case and buckets when it meets the condition."""
    if isinstance(condition, Match):
        return f"e.seq IN ({matching(condition, parameters)})"
    if isinstance(condition, Not):
        return f"NOT ({predicate(condition.condition, parameters)})"
    parts = [f"({predicate(part, parameters)})" for part in condition.conditions]
    if isinstance(condition, AllOf):
        return " AND ".join(parts) or "TRUE"
    return " OR ".join(parts) or "FALSE"


def matching(match: Match, parameters: Parameters) -> str:
    """SQL for the numbers of the events in the buckets that have a matching entry."""
    where = f"use_case = ?1 AND bucket IN (SELECT value FROM json_each(?2)) AND {_fields(match, parameters)}"
    if match.letter is not None:
        where += f" AND type = {parameters.add(match.letter)}"
    if match.operator != "exists":
        where += f" AND {_comparison(match, parameters)}"
    return f"SELECT seq FROM side_index WHERE {where}"


def _fields(match: Match, parameters: Parameters) -> str:
    if len(match.fields) == 1:
        return f"field = {parameters.add(match.fields[0])}"
    return f"field IN (SELECT value FROM json_each({parameters.add(json.encode(match.fields).decode())}))"


def _comparison(match: Match, parameters: Parameters) -> str:
    if match.operator == "in":
        return f"value IN (SELECT value FROM json_each({parameters.add(json.encode(match.value).decode())}))"
    value = parameters.add(match.value)
    if match.operator == "contains":
        return f"instr(value, {value}) > 0"
    if match.operator == "starts_with":
        return f"value >= {value} AND substr(value, 1, length({value})) = {value}"
    return f"value {_COMPARISONS[match.operator]} {value}"


def positive_matches(condition: AllOf) -> list[Match]:
    """The matches that every selected event must have, by any of which a search can be driven."""
    found = [part for part in condition.conditions if isinstance(part, Match)]
    for part in condition.conditions:
        if isinstance(part, AnyOf) and len(part.conditions) == 1 and isinstance(part.conditions[0], Match):
            found.append(part.conditions[0])
    return found
