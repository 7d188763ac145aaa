"""README and docs: what they show is what happens, and they lead everywhere."""

import json
import shutil
from pathlib import Path

import pytest

from tests.docs.blocks import OUTPUT, PAGES, ROOT, RUN, Block, blocks_of, expectations_of, name_of, runnable
from tests.docs.comparing import check_json, check_lines
from tests.docs.running import PageRun, run_page

# Commands that cannot be run here, by their page and first line, and why.
NOT_RUN = {
    ("README.md", "make test"): "it runs these tests",
    ("docs/operate.md", "sightlog rebuild"): "the page's server runs, and it refuses meanwhile",
    ("docs/send-events.md", "sightlog serve --host 0.0.0.0 --device-port 8001"): "it listens to other machines",
}
SENTENCE = (
    "he open, self-hosted Vision Events server: your cameras' events, pictures and verdicts on your own machine, "
    "with the official SDK unchanged"
)
SHOWN_ONLY = ("json example", "text example")


@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page)], ids=name_of)
def test_its_commands_do_what_it_shows(page: Path, tmp_path: Path) -> None:
    if any("make " in block.text for block in blocks_of(page) if block.info in RUN) and shutil.which("make") is None:
        pytest.skip("make is not installed")
    run = run_page(page, tmp_path)
    shown = set()
    for block, expected in expectations_of(page):
        shown.add(block)
        try:
            _check(run, block, expected)
        except AssertionError as difference:
            raise AssertionError(f"{expected.place} is not what {block.place} gives: {difference}") from None
    for block in blocks_of(page):
        if block.info in RUN and block not in shown:
            assert '"requestId"' not in run.output(block), f"{block.place} is refused:\n{run.output(block)}"


def _check(run: PageRun, block: Block, expected: Block) -> None:
    if expected.info == "json":
        check_json(json.loads(run.shown(expected)), json.loads(run.output(block)))
    else:
        check_lines(run.shown(expected), run.output(block))


def test_every_block_says_what_it_is() -> None:
    known = {*RUN, *OUTPUT, *SHOWN_ONLY, "sh not-run"}
    strange = [block.place for page in PAGES for block in blocks_of(page) if block.info not in known]
    assert not strange, f"begin these blocks with one of {sorted(known)}: {strange}"


def test_what_is_not_run_has_a_reason() -> None:
    found = {
        (name_of(page), block.first_line) for page in PAGES for block in blocks_of(page) if block.info == "sh not-run"
    }
    assert found == set(NOT_RUN)


def test_the_line_without_make_is_what_make_run_does() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nrun:")[2].partition("\n\n")[0]
    steps = [line.strip(" \t@").removeprefix("exec ") for line in recipe.splitlines()[1:]]
    line = " && ".join(steps).replace("$(bin)", ".venv/bin").replace(" $(ARGS)", "")
    assert f"`{line}`" in (ROOT / "README.md").read_text()
    assert "\ntest:" in (ROOT / "Makefile").read_text()


def test_the_first_screen_is_in_its_order() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    landmarks = (
        "# Sightlog\n",
        SENTENCE,
        "make run\n",
        "make test\n",
        "docs/images/event.webp",
        "In a second terminal",
        "pip install roboflow-slim",
        "demo.env\n",
        "python -c",
        "`API_URL`",
        "- **",
        "| I want to…",
        "Not affiliated with Roboflow; it speaks the public Vision Events API so that its open-source clients work.",
    )
    place = 0
    for landmark in landmarks:
        place = text.find(landmark, place)
        assert place >= 0, f"{landmark!r} is missing, or not in its place"
    assert text.count("\n- **") == 4, "four facts"
    assert "![" not in text, "no badges"
