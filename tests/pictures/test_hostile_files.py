"""Files made to do harm: whatever is in them, the outcome is a picture or one of our refusals, in bounded memory."""

import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sightlog.domain.errors import InvalidImage, UnsupportedImage
from sightlog.domain.limits import Limits
from sightlog.pictures.checking import check_picture
from sightlog.pictures.pillow import opened
from sightlog.pictures.shrinking import shrink
from tests.pictures.making import (
    CONTENT_TYPES,
    encoded,
    gif,
    grey_page,
    png,
    png_chunk,
    quarters,
    saved,
    tiff,
    whole,
    with_announced_size,
    with_size,
)

_same_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_shown_or_refused(folder: Path, data: bytes) -> None:
    path = saved(folder, data)
    try:
        facts = check_picture(path, Limits())
        assert facts.width * facts.height <= Limits().image_pixels
        shrink(path, folder / "small", "thumb")
    except (InvalidImage, UnsupportedImage):
        return
    with Image.open(folder / "small") as image:
        assert max(image.size) <= 480


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@settings(_same_folder, max_examples=60)
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5))
def test_changed_bytes_are_shown_or_refused(
    tmp_path: Path, content_type: str, changes: list[tuple[float, bytes]]
) -> None:
    data = bytearray(whole(content_type))
    for place, bytes_ in changes:
        at = int(place * (len(data) - 1))
        data[at : at + len(bytes_)] = bytes_
    is_shown_or_refused(tmp_path, bytes(data))


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@settings(_same_folder, max_examples=60)
@given(changes=st.lists(st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=4)), min_size=1, max_size=3))
def test_changed_headers_are_shown_or_refused(
    tmp_path: Path, content_type: str, changes: list[tuple[int, bytes]]
) -> None:
    data = bytearray(whole(content_type))
    for at, bytes_ in changes:
        data[at : at + len(bytes_)] = bytes_
    is_shown_or_refused(tmp_path, bytes(data))


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@settings(_same_folder, max_examples=30)
@given(rest=st.binary(max_size=400), kept=st.integers(8, 300))
def test_a_good_start_with_any_rest_is_shown_or_refused(
    tmp_path: Path, content_type: str, rest: bytes, kept: int
) -> None:
    is_shown_or_refused(tmp_path, whole(content_type)[:kept] + rest)


_CHECK_ALL = """
import resource, sys
from pathlib import Path
from sightlog.domain.errors import InvalidImage
from sightlog.domain.limits import Limits
from sightlog.pictures.checking import check_picture
from sightlog.pictures.shrinking import shrink

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        check_picture(path, Limits())
    except InvalidImage:
        continue
    sys.exit(f"{path} was not refused")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_refusing_takes_no_memory(tmp_path: Path) -> None:
    """Each of these would take hundreds of megabytes, or all there is, if it were believed and unpacked."""
    one_colour = Image.new("RGB", (3000, 3000), "navy")
    bombs = [
        png(60_000, 60_000, pixels=b"\0" * 100_000),
        gif(10_000),
        with_size(whole("image/jpeg"), 60_000, 60_000),
        tiff(grey_page(64, 8) | {322: 60_000, 323: 60_000, 324: 8, 325: 8}, data=b"\0" * 64),
        with_announced_size(encoded(one_colour, "image/avif"), (3000, 3000), (16, 16)),
        with_announced_size(encoded(one_colour, "image/heic"), (3000, 3000), (16, 16)),
    ]
    for number, data in enumerate(bombs):
        saved(tmp_path, data, str(number))
    run = subprocess.run([sys.executable, "-c", _CHECK_ALL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    kilobytes = int(run.stdout)
    assert kilobytes < 8_000


def test_warnings_of_pillow_stay_inside_and_others_do_not(tmp_path: Path) -> None:
    """Also when several threads are inside at once and leave in another order than they came."""
    path = saved(tmp_path, whole("image/png"))
    come, go = threading.Event(), threading.Event()

    def stay() -> None:
        with opened(path):
            come.set()
            go.wait(10)

    before = list(warnings.filters)
    with opened(path):
        other = threading.Thread(target=stay)
        other.start()
        assert come.wait(10)
        warnings.warn_explicit(
            "a remark about a file", UserWarning, "TiffImagePlugin.py", 1, module="PIL.TiffImagePlugin"
        )
    warnings.warn_explicit("a remark about a file", UserWarning, "TiffImagePlugin.py", 1, module="PIL.TiffImagePlugin")
    with pytest.warns(UserWarning, match="ours"):
        warnings.warn("ours", UserWarning, stacklevel=1)
    go.set()
    other.join()
    assert warnings.filters == before


def test_files_that_pillow_remarks_on_are_shown_in_silence(tmp_path: Path) -> None:
    """The tests turn every warning that gets out into an error."""
    strange_field = tiff(grey_page(8, 8) | {33_000: [2**31] * 5}, data=b"\0" * 64)
    strange_exif = encoded(quarters(), "image/jpeg", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0\x0f\x01\x02\0\xff\xff")
    no_animation = png(8, 8, png_chunk(b"acTL", b"\0" * 8))
    for data in (strange_field, strange_exif, no_animation):
        path = saved(tmp_path, data)
        check_picture(path, Limits())
        shrink(path, tmp_path / "small", "thumb")
        with Image.open(tmp_path / "small") as small:
            assert small.size == (8, 8) or small.size == quarters().size


def test_pictures_within_a_higher_limit_are_shown_without_remark(tmp_path: Path) -> None:
    """Pillow would warn of a bomb from 89 million pixels on; the limit is a setting of ours."""
    path = saved(tmp_path, encoded(Image.new("1", (10_000, 10_000)), "image/png"))
    assert check_picture(path, Limits(image_pixels=100_000_000)).width == 10_000
    shrink(path, tmp_path / "small", "thumb")
