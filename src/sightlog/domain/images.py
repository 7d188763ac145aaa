"""The entries of an event's `images`: which pictures, and what was predicted on them (contract 5)."""

from collections.abc import Iterator

from msgspec import Struct

from sightlog.domain.annotations import (
    Annotation,
    Classification,
    InstanceSegmentation,
    KeypointDetection,
    ObjectDetection,
)
from sightlog.domain.metadata import Metadata
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
    metadata: Metadata | None = None

    def annotation_lists(self) -> Iterator[tuple[str, list[Annotation]]]:
        """The lists that hold something, with their wire names."""
        found = (self.object_detections, self.classifications, self.instance_segmentations, self.keypoints)
        for name, annotations in zip(ANNOTATION_LISTS, found, strict=True):
            if annotations:
                yield name, annotations  # type: ignore[misc]  # each list is of one kind of annotation
