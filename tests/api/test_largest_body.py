"""A body of exactly the limit is still taken."""

import json

from tests.builders import an_event
from tests.expect import Caller, answer, refused

LIMIT = 10_000_000


def test_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(caller: Caller, use_case: str) -> None:
    content = json.dumps(an_event(use_case=use_case)).encode().ljust(LIMIT)
    answer(caller.http.post("/vision-events", content=content), 201)
    refused(caller.http.post("/vision-events", content=content + b" "), 413, "too_large")
    assert caller.count(use_case) == 1
