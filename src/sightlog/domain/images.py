"""Pictures: what was uploaded, and the entries of an event's `images` with what was predicted on them (contract 5)."""

import secrets
from collections.abc import Iterator

from msgspec import Struct

from sightlog.domain.annotations import (
    Annotation,
    Classification,
    InstanceSegmentation,
    KeypointDetection,
    ObjectDetection,
)
from sightlog.domain.metadata import MetadataValue, NewMetadata
from sightlog.domain.names import Id

ANNOTATION_LISTS = ("objectDetections", "classifications", "instanceSegmentations", "keypoints")


class ImageEntry(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """`source_id` is the output (display) picture, `input_source_id` the frame that the annotations describe."""

    source_id: Id | None = None
    input_source_id: Id | None = None
    label: Id | None = None
    object_detections: list[ObjectDetection] | None = None
    classifications: list[Classification] | None = None
    instance_segmentations: list[InstanceSegmentation] | None = None
    keypoints: list[KeypointDetection] | None = None
    metadata: NewMetadata | None = None

    def annotation_count(self) -> int:
        """How many predictions there are in all lists."""
        return (
            len(self.object_detections or ())
            + len(self.classifications or ())
            + len(self.instance_segmentations or ())
            + len(self.keypoints or ())
        )

    def annotation_lists(self) -> Iterator[tuple[str, list[Annotation]]]:
        """The lists that hold something, with their wire names."""
        found = (self.object_detections, self.classifications, self.instance_segmentations, self.keypoints)
        for name, annotations in zip(ANNOTATION_LISTS, found, strict=True):
            if annotations:
                yield name, annotations  # type: ignore[misc]  # each list is of one kind of annotation

    def source_ids(self) -> Iterator[tuple[str, str]]:
        """(field name, id) of the pictures that the entry names."""
        if self.source_id:
            yield "sourceId", self.source_id
        if self.input_source_id:
            yield "inputSourceId", self.input_source_id


class UploadedImage(Struct, frozen=True, kw_only=True):
    """A picture that was uploaded: its bytes are the blob `hash`. Width and height in pixels as stored in the file."""

    source_id: str
    workspace: int
    hash: str
    content_type: str
    bytes: int
    width: int
    height: int
    name: str | None = None
    metadata: dict[str, MetadataValue] | None = None


def new_source_id() -> str:
    """A random id with 128 bits: whoever does not know it cannot guess it."""
    return "ve-img-" + secrets.token_hex(16)
