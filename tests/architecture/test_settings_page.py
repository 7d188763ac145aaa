"""docs/settings.md is made from the rows of settings.py; here it is held against them."""

from scripts.write_settings_page import FLAGS, PAGE, settings_page
from sightlog.settings import SETTINGS


def test_the_page_is_up_to_date() -> None:
    told = "docs/settings.md is out of date; write it with: .venv/bin/python scripts/write_settings_page.py"
    assert PAGE.read_text(encoding="utf-8") == settings_page(), told


def test_every_flag_of_serve_is_a_setting() -> None:
    assert set(FLAGS) <= {row.name for row in SETTINGS}
