"""The limits that a workspace lives under; the settings fill them in once at start."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds on what comes in and what goes out. Sizes in bytes, ages in days, times in seconds."""

    batch_events: int = 100
    json_body_bytes: int = 10_000_000
    images_per_event: int = 20
    annotations_per_list: int = 1000
    oldest_event_days: int = 365
    newest_event_days: int = 1
    query_seconds: float = 10.0
    use_cases_per_workspace: int = 1000
    values_per_field: int = 1000
    sources_per_use_case: int = 10_000
    upload_bytes: int = 20_000_000
    image_pixels: int = 50_000_000
    image_frames: int = 500
    bundle_bytes: int = 26_214_400
    unpacked_bundle_bytes: int = 100_000_000
    device_body_bytes: int = 64_000_000
    max_bytes: int = 0
    min_free_bytes: int = 0
    unused_image_hours: int = 24
    waiting_writes: int = 4096
