"""The pictures of an event as pages show them: what they load, their sizes, and what is drawn over which of them."""

from msgspec import Struct

from sightlog.dashboard.overlays import Drawing, draw, has_annotations
from sightlog.domain.events import NewEvent
from sightlog.domain.facts import Value
from sightlog.domain.image_links import LinkSigner
from sightlog.domain.images import ImageEntry, UploadedImage

# What browsers show as it is; of other types they get the version for screens, however near one looks.
_SHOWN_BY_BROWSERS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif")


class PictureLinks(Struct, frozen=True):
    """Links to the pictures of one workspace that are known; `known` may hold others, which are left out."""

    signer: LinkSigner
    workspace: int
    now: int
    known: dict[str, UploadedImage]

    def find(self, source_id: str | None) -> UploadedImage | None:
        """The picture with an id."""
        image = self.known.get(source_id or "")
        return image if image is not None and image.workspace == self.workspace else None

    def size_of(self, source_id: str | None) -> tuple[int, int] | None:
        """Its width and height; None when it is not known."""
        image = self.find(source_id)
        return None if image is None else (image.width, image.height)

    def link(self, image: UploadedImage, size: str) -> str:
        """Relative, since the policy of pages lets them load pictures from this server only."""
        return LinkSigner(self.signer.secret, "").link(self.workspace, image.source_id, self.now, size)


class Face(Struct, frozen=True, kw_only=True):
    """One picture of an entry, `input` or `output`. Without `thumb` the picture itself is not here: `source_id` says
    whether one was named."""

    kind: str
    source_id: str
    width: float
    height: float
    thumb: str = ""
    screen: str = ""
    original: str = ""
    sharpest: str = ""
    drawing: Drawing | None = None

    @property
    def shape(self) -> str:
        """For the space that is kept: `wide`, `square` or `tall`."""
        ratio = self.width / self.height
        return "wide" if ratio > 1.2 else "tall" if ratio < 0.8 else "square"


class Picture(Struct, frozen=True, kw_only=True):
    """One entry of an event's images, with the face that is shown first in front."""

    index: int
    label: str
    metadata: dict[str, Value]
    faces: list[Face]

    @property
    def face(self) -> Face:
        return self.faces[0]


def pictures_of(event: NewEvent, links: PictureLinks) -> list[Picture]:
    """All pictures of an event, in their order."""
    return [_picture(index, entry, links) for index, entry in enumerate(event.images or ())]


def display_picture(event: NewEvent, links: PictureLinks) -> Picture | None:
    """The picture that stands for the event, for lists: the first one when none, or one that is not there, is named."""
    entries = event.images or []
    if not entries:
        return None
    index = display_index(event)
    return _picture(index, entries[index], links, with_labels=False)


def display_index(event: NewEvent) -> int:
    """Which of the pictures stands for the event."""
    position = event.display_image_position
    return position if position is not None and position < len(event.images or ()) else 0


def _picture(index: int, entry: ImageEntry, links: PictureLinks, *, with_labels: bool = True) -> Picture:
    """Predictions are in pixels of the input picture where there is one, and of the only picture else (contract 5).
    What they are drawn on comes
    first, unless there is nothing to draw or only the other one is here."""
    drawn_on, other = ("input", "output") if entry.input_source_id else ("output", "")
    size = links.size_of(entry.input_source_id or entry.source_id)
    drawing = draw(entry, size, with_labels=with_labels) if has_annotations(entry) else None
    faces = [_face(drawn_on, entry, links, drawing)]
    if other and entry.source_id:
        faces.append(_face(other, entry, links, None))
        if faces[1].thumb and not (faces[0].thumb and faces[0].drawing):
            faces.reverse()
    metadata = {name: value for face in reversed(faces) for name, value in _own_metadata(face, links).items()}
    return Picture(index=index, label=entry.label or "", metadata=metadata | (entry.metadata or {}), faces=faces)


def _face(kind: str, entry: ImageEntry, links: PictureLinks, drawing: Drawing | None) -> Face:
    source_id = (entry.input_source_id if kind == "input" else entry.source_id) or ""
    image = links.find(source_id)
    if image is None:
        width, height = (drawing.width, drawing.height) if drawing else (4, 3)
        return Face(kind=kind, source_id=source_id, width=width, height=height, drawing=drawing)
    # Turned pictures are drawn on as they are shown.
    width, height = (drawing.width, drawing.height) if drawing else (image.width, image.height)
    original = links.link(image, "original")
    screen = links.link(image, "screen")
    return Face(
        kind=kind,
        source_id=source_id,
        width=width,
        height=height,
        thumb=links.link(image, "thumb"),
        screen=screen,
        original=original,
        sharpest=original if image.content_type in _SHOWN_BY_BROWSERS else screen,
        drawing=drawing,
    )


def _own_metadata(face: Face, links: PictureLinks) -> dict[str, Value]:
    image = links.find(face.source_id)
    return dict(image.metadata or {}) if image is not None else {}
