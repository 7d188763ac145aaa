"""What can be configured: one row a setting. Each is an environment variable SIGHTLOG_NAME, and those that `serve`
takes are flags of the same name. Read once at start, checked at once, and passed on as a value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from sightlog.domain.errors import Invalid
from sightlog.domain.limits import Limits

PREFIX = "SIGHTLOG_"


class Setting(Struct, frozen=True):
    """A row: its name with its unit, its type, its default, one sentence, and the least and the most it may be."""

    name: str
    type: type
    default: Any
    sentence: str
    least: float | None = None
    most: float | None = None

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("data", str, "./sightlog-data", "The data folder: database, lock and secrets; only its owner may read it."),
    Setting("host", str, "127.0.0.1", "The address to listen on; 0.0.0.0 lets other machines in."),
    Setting("port", int, 8000, "The port to listen on.", 0, 65_535),
    Setting("public_url", str, "", "The address that people and links use, when a proxy stands in front."),
    Setting("lookback_days", int, 365, "How long new workspaces keep their events; 0 keeps them for ever.", 0, 36_500),
    Setting("device_use_case", str, "Device events", "The use case of device events that name none."),
    Setting("device_port", int, 0, "Also listen here, where the block's device mode points (8001); 0 is off.", 0),
    Setting("log_level", str, "info", "debug, info, warning or error; debug also logs every request."),
    Setting("batch_events", int, 100, "The most events in one batch.", 1),
    Setting("json_body_bytes", int, 10_000_000, "The largest JSON body that is read.", 1000),
    Setting("images_per_event", int, 20, "The most entries in an event's images.", 0),
    Setting("annotations_per_list", int, 1000, "Longer annotation lists are kept, with a warning.", 1),
    Setting("oldest_event_days", int, 365, "Older events are refused when they come in by the API.", 1),
    Setting("newest_event_days", int, 1, "Events further in the future are refused.", 0),
    Setting("query_seconds", float, 10.0, "How long one query may run.", 0.01),
    Setting("use_cases_per_workspace", int, 1000, "The most use cases in a workspace.", 1),
    Setting("values_per_field", int, 1000, "How many different values of a metadata field are counted exactly.", 1),
    Setting("sources_per_use_case", int, 10_000, "How many different devices, streams, workflows or classes are.", 1),
    Setting("upload_bytes", int, 20_000_000, "The largest picture file.", 1000),
    Setting("image_pixels", int, 50_000_000, "The most pixels of a picture, width times height.", 1),
    Setting("image_frames", int, 500, "The most frames of an animated picture.", 1),
    Setting("bundle_bytes", int, 26_214_400, "The largest bundle, as it is sent.", 1000),
    Setting("unpacked_bundle_bytes", int, 100_000_000, "The largest bundle, unpacked.", 1000),
    Setting("device_body_bytes", int, 64_000_000, "The largest body of the device dialect, pictures included.", 1000),
    Setting("max_bytes", int, 0, "Above it the oldest events are removed, with their pictures; 0 is no limit.", 0),
    Setting("min_free_bytes", int, 0, "With less free disk space new data is refused (507); 0 is no limit.", 0),
    Setting("unused_image_hours", int, 24, "Pictures that no event has named by then are removed.", 1),
    Setting("benchmark_routes", bool, False, "Serve /-/noop and /-/check, which store nothing; for benchmarks."),
    Setting("waiting_writes", int, 4096, "How many writes may wait before new ones are answered with 503.", 1),
)


class Settings(Struct, frozen=True, kw_only=True):
    """The settings in force."""

    data: Path
    host: str
    port: int
    public_url: str
    lookback_days: int
    device_use_case: str
    device_port: int
    log_level: str
    benchmark_routes: bool
    limits: Limits


def default_of(name: str) -> Any:
    """The default of a setting."""
    return next(row.default for row in SETTINGS if row.name == name)


def load_settings(environment: Mapping[str, str], **flags: Any) -> Settings:
    """From the environment, and from flags where they are not None. Raises Invalid naming what is wrong and where."""
    values = {row.name: _value(row, environment, flags.get(row.name)) for row in SETTINGS}
    unknown = [
        name for name in environment if name.startswith(PREFIX) and name not in {row.variable for row in SETTINGS}
    ]
    if unknown:
        raise Invalid.at(unknown[0], "there is no such setting; docs/settings.md lists them")
    if values["log_level"] not in ("debug", "info", "warning", "error"):
        raise Invalid.at("SIGHTLOG_LOG_LEVEL", "expected debug, info, warning or error")
    limits = Limits(**{name: values[name] for name in Limits.__struct_fields__})
    return Settings(
        data=Path(values["data"]),
        host=values["host"],
        port=values["port"],
        public_url=values["public_url"].rstrip("/"),
        lookback_days=values["lookback_days"],
        device_use_case=values["device_use_case"],
        device_port=values["device_port"],
        log_level=values["log_level"],
        benchmark_routes=values["benchmark_routes"],
        limits=limits,
    )


def _value(row: Setting, environment: Mapping[str, str], flag: Any) -> Any:
    given = environment.get(row.variable) if flag is None else flag
    if given is None or given == "":
        return row.default
    if row.type is bool:
        return _yes_or_no(row, given)
    try:
        value = row.type(given)
    except ValueError:
        word = "a number" if row.type is float else "a whole number"
        raise Invalid.at(row.variable, f"expected {word}, got '{given}'") from None
    if row.least is not None and value < row.least:
        raise Invalid.at(row.variable, f"expected at least {row.least}, got {value}")
    if row.most is not None and value > row.most:
        raise Invalid.at(row.variable, f"expected at most {row.most}, got {value}")
    return value


def _yes_or_no(row: Setting, given: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(given).lower() not in words:
        raise Invalid.at(row.variable, f"expected true or false, got '{given}'")
    return words[str(given).lower()]
