"""What an export is asked for: the filters of a query, and a form for its events. The endpoint is ours."""

from typing import Literal

from sightlog.domain.filters import EventFilters

ExportFormat = Literal["ndjson", "csv"]
CONTENT_TYPES: dict[ExportFormat, str] = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class ExportQuery(EventFilters, frozen=True, kw_only=True):
    """The body of an export: the filters of a query, and how the events are written."""

    format: ExportFormat = "ndjson"
