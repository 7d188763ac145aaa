"""The addresses that lead on from a list of events: the same list with other filters, its events, its forms."""

from msgspec import Struct

from sightlog.dashboard import addresses
from sightlog.dashboard.filter_urls import ListState, value_text
from sightlog.domain.facts import Value


class ListLinks(Struct, frozen=True):
    """Links from a list in some state, of a use case. Templates get it as `links`."""

    workspace: str
    use_case_id: str
    state: ListState

    def list(self, state: ListState | None = None, notice: str = "") -> str:
        """The list in this state, or in another one; `notice` is a word of what was done (see `frame.NOTICES`)."""
        query = {**(state or self.state).query(), "notice": notice}
        return addresses.use_case(self.workspace, self.use_case_id, "", query)

    def act(self) -> str:
        """Where the form around the list goes, to come back to this very place."""
        return addresses.use_case(self.workspace, self.use_case_id, "selection", self.state.query())

    def page(self, name: str) -> str:
        """Another page of the use case, for the same filters."""
        return addresses.use_case(self.workspace, self.use_case_id, name, self.state.only_filters().query())

    def view(self, query: str) -> str:
        """The list as a saved view has it."""
        return addresses.use_case(self.workspace, self.use_case_id) + (f"?{query}" if query else "")

    def event(self, event_id: str) -> str:
        """An event's page, which finds its way back, and to its neighbours in this list."""
        query = self.state.beside("").query()
        return addresses.event(self.workspace, self.use_case_id, event_id, query)

    def value(self, name: str, text: str) -> str:
        """The list of the events with this value, beside the other filters."""
        return self.list(self.state.only(name, text).newest())

    def metadata(self, field: str, value: Value) -> str:
        """The same for a value of a metadata field."""
        return self.value(f"m.{field}", value_text(value))

    def image_metadata(self, field: str, value: Value) -> str:
        """The same for the metadata of a picture."""
        return self.value(f"i.{field}", value_text(value))

    def edit(self, name: str, operator: str = "") -> str:
        """The form for a filter: the one that is there, or a new one."""
        query = {**self.state.query(), "of": name, "by": operator}
        return addresses.use_case(self.workspace, self.use_case_id, "filter", query)
