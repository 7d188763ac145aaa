"""What a browser is called in the list of sessions."""

import pytest

from sightlog.dashboard.agents import browser_of

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (MAC + "605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        (MAC + "537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on macOS"),
        (PHONE + " Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (PHONE + " CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML) Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5", "Another program"),
        ("", "Another program"),
    ],
)
def test_browser_and_system_are_named(agent: str, words: str) -> None:
    assert browser_of(agent) == words
