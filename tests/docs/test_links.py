"""Links of all Markdown files: each leads somewhere, and docs/README.md leads to every page."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT, name_of, prose_of

FILES = [*PAGES, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))]
INDEX = ROOT / "docs" / "README.md"
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def targets_of(page: Path) -> list[tuple[Path, str]]:
    """(file, anchor) of every link that stays in the repository."""
    inside = [target for target in _LINK.findall(prose_of(page)) if "://" not in target]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in map(_parts, inside)]


def _parts(target: str) -> tuple[str, str, str]:
    return target.partition("#")


def anchors_of(page: Path) -> set[str]:
    """The anchors that a forge makes of the headings."""
    return {
        re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in _HEADING.findall(prose_of(page))
    }


@pytest.mark.parametrize("page", FILES, ids=name_of)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target, anchor in targets_of(page):
        assert target.exists(), f"{name_of(page)} links to {target.relative_to(ROOT)}, which is not there"
        if anchor:
            assert anchor in anchors_of(target), f"{name_of(page)} links to #{anchor}, which {name_of(target)} lacks"


def test_the_index_leads_to_every_page() -> None:
    found, ahead = {INDEX}, [INDEX]
    while ahead:
        for target, _ in targets_of(ahead.pop()):
            if target.suffix == ".md" and target not in found and (ROOT / "docs") in target.parents:
                found.add(target)
                ahead.append(target)
    lost = [name_of(page) for page in PAGES if (ROOT / "docs") in page.parents and page not in found]
    assert not lost, f"nothing leads from docs/README.md to {lost}"


@pytest.mark.parametrize("page", FILES, ids=name_of)
def test_its_pictures_are_there_and_say_what_they_show(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for source in re.findall(r'(?:src|srcset)="([^"]+)"', prose_of(page)):
        assert (page.parent / source).is_file(), f"{name_of(page)} shows {source}, which is not there"
    assert all('alt="' in tag for tag in re.findall(r"<img [^>]*>", text))
