"""What tests of the API share beside the fixtures of all tests."""

from collections.abc import Iterator

import pytest

from tests.expect import Caller, answer
from tests.pictures.sending import kept_files
from tests.processes import Server


@pytest.fixture
def _nothing_is_stored(caller: Caller, server: Server, use_case: str) -> Iterator[None]:
    """After the test there is no event in the use case, no file more than before, and the server is well."""
    before = kept_files(server.data)
    yield
    assert caller.count(use_case) == 0
    assert kept_files(server.data) == before
    answer(caller.http.get("/readyz"))
