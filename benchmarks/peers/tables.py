"""The tables of docs/peers.md. In brackets: how many times as fast Sightlog is; bold where it is the slower one."""

from benchmarks.peers.questions import QUESTIONS
from benchmarks.peers.rounds import WAYS, Results
from benchmarks.report import milliseconds, rate, table

OURS = "Sightlog"


def peer_parts(results: Results) -> dict[str, str]:
    """The parts by their names."""
    return {
        "peers durability": _durability(results),
        "peers ingestion": _ingestion(results),
        "peers filling": _filling(results),
        "peers queries": _queries(results),
    }


def _durability(results: Results) -> str:
    lines = ["| peer | versions | durability in force |", "| --- | --- | --- |"]
    lines += [f"| {name} | {facts.versions} | {facts.durability} |" for name, facts in results.facts.items()]
    lines += [f"| {name} | not measured: {reason} | |" for name, reason in results.missing.items()]
    return "\n".join(lines)


def _ingestion(results: Results) -> str:
    ours = results.ingestion.get(OURS, {})
    names = sorted(results.ingestion, key=lambda name: not results.durable[name])
    rows = []
    for way in WAYS:
        row = [way.name]
        for name in names:
            value = results.ingestion[name].get(way)
            row.append("" if value is None else _beside(rate(value), name, ours.get(way), value))
        rows.append(row)
    best = ["**the best of each**"]
    for name in names:
        value = max(results.ingestion[name].values())
        best.append(_beside(rate(value), name, max(ours.values(), default=None), value))
    return table(("events/s", *names), [*rows, best])


def _filling(results: Results) -> str:
    rows = [
        (name, rate(results.events / seconds), f"{results.facts[name].disk_bytes / results.events:,.0f}")
        for name, seconds in results.filling.items()
    ]
    return table((f"{results.events:,} events", "stored a second", "bytes an event on disk"), rows)


def _queries(results: Results) -> str:
    ours = results.answers.get(OURS, {})
    rows = []
    for question in QUESTIONS:
        row = [question.name, results.found[question.name]]
        for name, answers in results.answers.items():
            value = answers[question.name]
            row.append(_beside(milliseconds(value), name, value, ours.get(question.name)))
        rows.append(row)
    return table(("p50, ms", "answer", *results.answers), rows)


def _beside(text: str, name: str, better_if_large: float | None, base: float | None) -> str:
    """The figure, and the quotient of two others beside it when it is not Sightlog's own."""
    if name == OURS or better_if_large is None or base is None:
        return text
    quotient = better_if_large / base
    shown = f"{quotient:.2g}" if quotient < 10 else f"{quotient:,.0f}"
    return f"{text} ({shown} ×)" if quotient >= 1 else f"**{text} ({shown} ×)**"
