"""Which pictures of an event are shown, and over which of them predictions are drawn."""

from typing import Any

import msgspec

from sightlog.dashboard.pictures import Picture, PictureLinks, display_picture, pictures_of
from sightlog.domain.events import NewEvent
from sightlog.domain.image_links import LinkSigner
from sightlog.domain.images import UploadedImage
from tests.builders import a_box, an_event

MINE, THEIRS = 1, 2
NOW = 1_800_000_000_000_000


def uploaded(source_id: str, width: int = 640, height: int = 480, **changes: Any) -> UploadedImage:
    facts: dict[str, Any] = {"workspace": MINE, "hash": "0" * 64, "content_type": "image/jpeg", "bytes": 1}
    return UploadedImage(source_id=source_id, width=width, height=height, **(facts | changes))


LINKS = PictureLinks(
    LinkSigner(b"secret", "https://elsewhere.example"),
    MINE,
    NOW,
    {
        "in": uploaded("in", metadata={"lens": "wide"}),
        "out": uploaded("out", 1280, 960),
        "heic": uploaded("heic", content_type="image/heic"),
        "theirs": uploaded("theirs", workspace=THEIRS),
    },
)


def pictures(*images: dict[str, Any], **changes: Any) -> list[Picture]:
    return pictures_of(event(*images, **changes), LINKS)


def event(*images: dict[str, Any], **changes: Any) -> NewEvent:
    return msgspec.convert(an_event(use_case="u", images=list(images), **changes), NewEvent)


BOXES = {"objectDetections": [a_box(x=100, y=100)]}


def test_predictions_lie_on_the_only_picture() -> None:
    face = pictures({"sourceId": "out", **BOXES})[0].face
    assert (face.kind, face.width, face.height) == ("output", 1280, 960)
    assert face.drawing is not None
    assert (face.drawing.width, face.drawing.height) == (1280, 960)
    assert "size=thumb&" in face.thumb
    assert "size=screen&" in face.screen
    assert face.sharpest == face.original


def test_links_are_relative_since_pages_load_from_this_server_only() -> None:
    assert pictures({"sourceId": "in"})[0].face.thumb.startswith("/vision-events/images/in?")


def test_predictions_are_drawn_in_the_frame_of_the_input_picture() -> None:
    shown, other = pictures({"sourceId": "out", "inputSourceId": "in", **BOXES})[0].faces
    assert (shown.kind, shown.source_id, shown.width) == ("input", "in", 640)
    assert shown.drawing is not None
    assert (other.kind, other.source_id, other.drawing) == ("output", "out", None)


def test_without_predictions_the_output_comes_first() -> None:
    faces = pictures({"sourceId": "out", "inputSourceId": "in"})[0].faces
    assert [face.kind for face in faces] == ["output", "input"]


def test_an_input_that_is_not_here_does_not_hide_the_output() -> None:
    faces = pictures({"sourceId": "out", "inputSourceId": "gone", **BOXES})[0].faces
    assert [(face.kind, bool(face.thumb), face.drawing is None) for face in faces] == [
        ("output", True, True),
        ("input", False, False),
    ]


def test_an_input_alone_is_shown() -> None:
    faces = pictures({"inputSourceId": "in", **BOXES})[0].faces
    assert [face.kind for face in faces] == ["input"]


def test_predictions_without_a_picture_are_drawn_alone() -> None:
    face = pictures(BOXES)[0].face
    assert (face.thumb, face.source_id) == ("", "")
    assert face.drawing is not None
    assert face.drawing.is_guess


def test_another_workspaces_picture_is_not_shown() -> None:
    face = pictures({"sourceId": "theirs"})[0].face
    assert (face.thumb, face.original) == ("", "")
    assert face.source_id == "theirs"


def test_what_browsers_cannot_show_stays_with_the_version_for_screens() -> None:
    face = pictures({"sourceId": "heic"})[0].face
    assert face.sharpest == face.screen


def test_metadata_of_the_upload_and_of_the_entry_come_together() -> None:
    picture = pictures({"sourceId": "in", "metadata": {"gain": 2}})[0]
    assert picture.metadata == {"lens": "wide", "gain": 2}


def test_the_display_picture_is_the_one_that_the_event_names() -> None:
    both = ({"sourceId": "in", "label": "first"}, {"sourceId": "out", "label": "second"})
    for position, label in ((None, "first"), (1, "second"), (7, "first")):
        changes = {} if position is None else {"displayImagePosition": position}
        shown = display_picture(event(*both, **changes), LINKS)
        assert shown is not None
        assert shown.label == label
    assert display_picture(event(), LINKS) is None
