"""What happened to an event after its entries were written down, in one byte: nothing, it left, or what the newest
review says of it."""

import numpy as np
from numpy.typing import NDArray

from sightlog.domain.conditions import Match
from sightlog.domain.feedback import FeedbackStatus
from sightlog.store.sqlite.index.matching import passes_text
from sightlog.store.sqlite.index.ordinals import Mask

UNCHANGED, GONE = 255, 254
STATUSES = tuple(FeedbackStatus)

States = NDArray[np.uint8]
"""The state of each event, by its place."""


def state_of(status: str | None) -> int:
    """How a review status is written; None is that of an event whose review left."""
    return STATUSES.index(FeedbackStatus(status or FeedbackStatus.NONE))


def mark_reviewed(states: States, match: Match, mask: Mask) -> None:
    """Mark the events of which a review says what passes a match on the status, and take the marks of the others that
    were reviewed away."""
    passes = passes_text(match) if match.operator != "exists" else None
    for state, status in enumerate(STATUSES):
        is_reviewed = status is not FeedbackStatus.NONE
        mask[states == state] = is_reviewed and (passes is None or passes(status.value))
