"""A program that stores events as fast as it can and tells each id once it was acknowledged, until it is killed."""

import sys
from itertools import count
from pathlib import Path

from sightlog.domain.batches import turn_around
from sightlog.domain.limits import Limits
from sightlog.store.opening import open_store
from sightlog.store.sqlite import counting
from sightlog.store.sqlite.index import ids, keeping, merging
from tests.contract.plant import NOW, accept


def main(folder: Path, events_between_seals: int, references: list[str]) -> None:
    """Write from several turns at once, so that commits are shared and some are always under way: to one use case after
    the other, so that a round of sealing has several pieces. Some turns overwrite, which writes all counts."""
    keeping._EVENTS_BETWEEN_SEALS = events_between_seals
    keeping._SMALLEST_SEGMENT = events_between_seals // 2
    keeping._MOST_WAITING = events_between_seals
    keeping._LOADED_AT_ONCE = 7
    ids._IDS_BETWEEN_SEALS = events_between_seals
    counting._EVENTS_BETWEEN_WRITES = min(counting._EVENTS_BETWEEN_WRITES, events_between_seals)
    merging._LARGEST = min(merging._LARGEST, 3 * events_between_seals)
    store = open_store(folder, Limits())
    workspace = store.list_workspaces()[0].number
    for turn in count():
        events = [
            {
                "eventId": f"e{turn}-{n}",
                "eventType": "quality_check",
                "useCaseId": references[turn % len(references)],
                "timestamp": "2026-08-13T08:00:00Z",
                "deviceId": f"cam-{turn % 3}",
                "customMetadata": {"turn": turn, "text": "x" * 500},
            }
            for n in range(8)
        ]
        overwrite = [event | {"eventId": f"again-{n}"} for n, event in enumerate(events[: 2 if turn % 5 == 0 else 0])]
        waiting = [store.add_events(workspace, None, [accept(one)], NOW) for one in events[:4]]
        for batch in filter(None, (events[4:], overwrite)):
            turned = turn_around([accept(one) for one in batch])
            waiting.append(store.add_events(workspace, None, turned.events, NOW, turned.facts))
        for future in waiting:
            for receipt in future.result():
                sys.stdout.write(receipt.event_id + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
