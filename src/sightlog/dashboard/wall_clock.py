"""Times as people read them: in one time zone, with UTC beside it, and as how long ago."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from sightlog.domain.times import format_timestamp, moment_of

_SECOND = 1_000_000
_STEPS = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (86_400 * 60, 86_400, "d"))
# Clocks of devices are a little off; what lies less far in the future counts as now.
_SLACK_SECONDS = 60


class WallClock(Struct, frozen=True):
    """A time zone and what time it is; all times are microseconds since 1970."""

    zone: ZoneInfo
    now: int

    def local(self, time: int) -> datetime:
        """The moment in the zone."""
        return moment_of(time).astimezone(self.zone)

    def at(self, time: int) -> str:
        """`14:03:22`, with the day when it is not today, and the year when it is not this one."""
        local, today = self.local(time), self.local(self.now)
        clock = f"{local:%H:%M:%S}"
        if local.date() == today.date():
            return clock
        return f"{self.day(time)} {clock}"

    def brief(self, time: int) -> str:
        """The same where there is little room: seconds only today."""
        local = self.local(time)
        if local.date() == self.local(self.now).date():
            return f"{local:%H:%M:%S}"
        return f"{self.day(time)} {local:%H:%M}"

    def day(self, time: int) -> str:
        """`27 Nov`, with the year when it is not this one."""
        local = self.local(time)
        year = "" if local.year == self.local(self.now).year else f" {local.year}"
        return f"{local.day} {local:%b}{year}"

    def full(self, time: int) -> str:
        """For a hover: the time in the zone, and the same in UTC."""
        local, utc = self.local(time), moment_of(time)
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} {local.tzname()} · {utc:%Y-%m-%d %H:%M:%S} UTC"

    def ago(self, time: int) -> str:
        """`3 min ago`, or `clock ahead` for what lies in the future."""
        seconds = (self.now - time) // _SECOND
        if seconds < -_SLACK_SECONDS:
            return "clock ahead"
        if seconds < 5:
            return "just now"
        for below, unit, name in _STEPS:
            if seconds < below:
                return f"{seconds // unit} {name} ago"
        return self.day(time)

    def instant(self, time: int) -> str:
        """For machines: `datetime` attributes, and scripts."""
        return format_timestamp(time)

    @property
    def zone_name(self) -> str:
        """`Europe/Berlin (CET)`."""
        short = self.local(self.now).tzname() or ""
        return self.zone.key if short in self.zone.key else f"{self.zone.key} ({short})"
