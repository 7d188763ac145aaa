"""Predictions drawn on an image: boxes are centre x, centre y, width, height in absolute pixels (contract 5)."""

from typing import Annotated

from msgspec import Meta, Struct, field

from sightlog.domain.metadata import Integer, Number

ClassName = Annotated[str, Meta(min_length=1, max_length=256)]
Confidence = Annotated[int, Meta(ge=0, le=1)] | Annotated[float, Meta(ge=0, le=1)]
Point = Annotated[list[Number], Meta(min_length=2, max_length=2, description="[x, y]")]


class Classification(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A class for the whole image."""

    class_name: ClassName = field(name="class")
    confidence: Confidence | None = None


class ObjectDetection(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A box: its centre and size in pixels of the input image, origin top left."""

    class_name: ClassName = field(name="class")
    x: Number
    y: Number
    width: Number
    height: Number
    confidence: Confidence | None = None


class InstanceSegmentation(ObjectDetection, frozen=True, kw_only=True):
    """A box with its outline: at least three `[x, y]` points."""

    points: Annotated[list[Point], Meta(min_length=3)]


class Keypoint(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One point of a skeleton; `id` is the keypoint's class."""

    id: Integer
    x: Number
    y: Number


class KeypointDetection(ObjectDetection, frozen=True, kw_only=True):
    """A box with the points of a skeleton; the points may be absent."""

    keypoints: list[Keypoint] | None = None


Annotation = Classification | ObjectDetection
