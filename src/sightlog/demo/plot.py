"""What happens in the demo and when, told from the day on which the demo was first started."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property

from sightlog.demo.plants import (
    SCAFFOLD_IN_LEON,
    SCRATCHED_LINE,
    SCRATCHED_PART,
    SILENT_CAMERA,
    Camera,
    at_local,
)

Span = tuple[datetime, datetime]

# One part in so many is scratched: 2 %, 7 % and 11 %.
USUAL_PARTS_PER_SCRATCH = 50
FIRST_NIGHT_PARTS_PER_SCRATCH = 14
SECOND_NIGHT_PARTS_PER_SCRATCH = 9
FRIDAY, SATURDAY = 4, 5


@dataclass(frozen=True)
class Plot:
    """The turns of the story.

    `anchor` is when the demo was first made: its "now" and "yesterday" stay put when the demo is continued
    days later. `seed` and `events` (over two weeks) decide everything else.
    """

    anchor: datetime
    seed: int = 7
    events: int = 10_000

    @cached_property
    def scratched_nights(self) -> tuple[Span, Span]:
        """The last two night shifts in a row, on working days, of which both ended by yesterday morning."""
        second = -2
        while not (self._is_working_night(second) and self._is_working_night(second - 1)):
            second -= 1
        return self._night(second - 1), self._night(second)

    @cached_property
    def silent_since(self) -> datetime:
        """From yesterday evening on, one camera sends nothing more."""
        return at_local(self.anchor, -1, time(20, 47))

    @cached_property
    def helmetless_mornings(self) -> tuple[Span, Span]:
        """The last two working days before today, 7 to 9 o'clock."""
        working = (back for back in range(-1, -8, -1) if at_local(self.anchor, back, time(12)).weekday() < SATURDAY)
        latest, before = next(working), next(working)
        return self._morning(before), self._morning(latest)

    @cached_property
    def emptying(self) -> Span:
        """The aisle is full at the first of these and empty at the second, soon after the demo starts."""
        return self.anchor - timedelta(days=4), self.anchor + timedelta(hours=1)

    @cached_property
    def restocked(self) -> datetime:
        """When somebody fills the empty aisle again."""
        return self.anchor + timedelta(days=2)

    @cached_property
    def pilot(self) -> Span:
        """The pilot's days; it was archived afterwards. No day of it is more than 15 days old."""
        return self.anchor - timedelta(days=14, hours=20), self.anchor - timedelta(days=11, hours=20)

    def parts_per_scratch(self, camera: Camera, moment: datetime) -> int:
        """One part in how many is scratched: 2 %, but 7 % and then 11 % on line L2 in its two nights."""
        if camera == SCRATCHED_LINE:
            first, second = self.scratched_nights
            if first[0] <= moment < first[1]:
                return FIRST_NIGHT_PARTS_PER_SCRATCH
            if second[0] <= moment < second[1]:
                return SECOND_NIGHT_PARTS_PER_SCRATCH
        return USUAL_PARTS_PER_SCRATCH

    def part_in_question(self, camera: Camera, moment: datetime) -> str | None:
        """The part number that goes with the scratches, while line L2 makes it."""
        is_made_now = self.parts_per_scratch(camera, moment) != USUAL_PARTS_PER_SCRATCH
        return SCRATCHED_PART if is_made_now else None

    def is_helmetless_morning(self, camera: Camera, moment: datetime) -> bool:
        """Whether one contractor's people work here without helmets."""
        return camera == SCAFFOLD_IN_LEON and any(start <= moment < end for start, end in self.helmetless_mornings)

    def is_silent(self, camera: Camera, moment: datetime) -> bool:
        """Whether the camera has stopped sending."""
        return camera == SILENT_CAMERA and moment >= self.silent_since

    def pace(self, camera: Camera, moment: datetime) -> float:
        """By how much the story speeds a camera up: a morning without helmets alarms more often."""
        return 4.0 if self.is_helmetless_morning(camera, moment) else 1.0

    def stock_left(self, moment: datetime) -> float | None:
        """How full the emptying aisle is, 1 to 0; None before it begins and after it was restocked."""
        full, empty = self.emptying
        if not full <= moment < self.restocked:
            return None
        return max(0.0, (empty - moment) / (empty - full))

    def _is_working_night(self, back: int) -> bool:
        return at_local(self.anchor, back, time(22)).weekday() < FRIDAY

    def _night(self, back: int) -> Span:
        return at_local(self.anchor, back, time(22)), at_local(self.anchor, back + 1, time(6))

    def _morning(self, back: int) -> Span:
        return at_local(self.anchor, back, time(7)), at_local(self.anchor, back, time(9))
