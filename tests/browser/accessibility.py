"""What axe finds on a page: everything that breaks WCAG 2 at level A or AA. The page must be open with scripts."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def check_accessible(page: Page) -> None:
    """Raise AssertionError with each rule that is broken, and where."""
    violations = Axe().run(page, options=_RULES).response["violations"]
    found = [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in violations for node in one["nodes"]]
    assert not found, "\n".join([page.url, *found])
