"""The addresses that lead on from a list of events: the same list with other filters, its events, its forms."""

from collections.abc import Callable
from urllib.parse import quote_plus, urlencode

from msgspec import Struct

from sightlog.dashboard import addresses
from sightlog.dashboard.filter_urls import SEGMENT_NAMES, ListState, Query, value_text
from sightlog.domain.facts import Value


class ListLinks(Struct, frozen=True):
    """Links from a list in some state, of a use case. Templates get it as `links`. The list may be seen as the events
    themselves, or as the page `page_name`, whose address has some parameters `more`."""

    workspace: str
    use_case_id: str
    state: ListState
    page_name: str = ""
    more: dict[str, str] = {}
    # A list has hundreds of links which differ in one parameter; what they have in common is written once.
    _written: dict[str, str] = {}

    def list(self, state: ListState | None = None, notice: str = "") -> str:
        """The list in this state, or in another one; `notice` is a word of what was done (see `notices.NOTICES`)."""
        query = {**(state or self.state).query(), **self.more, "notice": notice}
        return addresses.use_case(self.workspace, self.use_case_id, self.page_name, query)

    def act(self) -> str:
        """Where the form around the list goes, to come back to this very place."""
        return addresses.use_case(self.workspace, self.use_case_id, "selection", self.state.query())

    def page(self, name: str) -> str:
        """Another page of the use case, for the same filters."""
        return addresses.use_case(self.workspace, self.use_case_id, name, self.state.only_filters().query())

    def export(self, form: str) -> str:
        """The events of the list as a file."""
        query = {**self.state.only_filters().query(), "format": form}
        return addresses.use_case(self.workspace, self.use_case_id, "export", query)

    def view(self, query: str) -> str:
        """The list as a saved view has it."""
        return addresses.use_case(self.workspace, self.use_case_id) + (f"?{query}" if query else "")

    def event(self, event_id: str) -> str:
        """An event's page, which finds its way back, and to its neighbours in this list."""
        query = self._once("event", lambda: self.state.beside("").query())
        address = addresses.event(self.workspace, self.use_case_id, event_id)
        return f"{address}?{query}" if query else address

    def face(self, event_id: str, picture: int, kind: str = "") -> str:
        """An event's page with this of its pictures large: the `input` or the `output`, or what comes first."""
        address = self.event(event_id)
        chosen = urlencode({"picture": picture} | ({"face": kind} if kind else {}))
        return f"{address}{'&' if '?' in address else '?'}{chosen}"

    def step(self, event_id: str, to: str) -> str:
        """To the event that is next to this one in the list, `newer` or `older`."""
        query = {**self.state.beside(event_id).query(), "to": to}
        return addresses.use_case(self.workspace, self.use_case_id, "step", query)

    def value(self, name: str, text: str) -> str:
        """The list of the events with this value, beside the other filters."""
        if name in SEGMENT_NAMES:
            return self.list(self.state.only(name, text).newest())
        query = self._once(name, lambda: self.state.without_name(name).newest().query())
        address = addresses.use_case(self.workspace, self.use_case_id)
        return f"{address}?{query}{'&' if query else ''}{quote_plus(name)}={quote_plus(text)}"

    def metadata(self, field: str, value: Value) -> str:
        """The same for a value of a metadata field."""
        return self.value(f"m.{field}", value_text(value))

    def image_metadata(self, field: str, value: Value) -> str:
        """The same for the metadata of a picture."""
        return self.value(f"i.{field}", value_text(value))

    def edit(self, name: str, operator: str = "") -> str:
        """The form for a filter: the one that is there, or a new one."""
        query = {**self.state.query(), "of": name, "by": operator, "on": self.page_name, **self.more}
        return addresses.use_case(self.workspace, self.use_case_id, "filter", query)

    def _once(self, key: str, make: Callable[[], Query]) -> str:
        if key not in self._written:
            self._written[key] = urlencode(make(), doseq=True)
        return self._written[key]
