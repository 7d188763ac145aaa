"""Pictures: taking them in, finding them, making smaller ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import msgspec
from msgspec import Struct

from sightlog.blobs.contract import Blobs, Incoming
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import Forbidden, Invalid, NotFound
from sightlog.domain.image_links import SIZES, LinkSigner
from sightlog.domain.images import UploadedImage, new_source_id
from sightlog.domain.limits import Limits
from sightlog.domain.metadata import Metadata, MetadataValue
from sightlog.domain.names import check_name
from sightlog.domain.problems import decode_body
from sightlog.pictures.checking import check_picture
from sightlog.store.contract import Store

_metadata_decoder = msgspec.json.Decoder(Metadata)


class ImageForm(Struct, frozen=True, kw_only=True):
    """What came with a picture: its name and its metadata, as JSON text."""

    name: str | None = None
    metadata: bytes | None = None


def upload_image(
    blobs: Blobs, store: Store, caller: Caller, incoming: Incoming, form: ImageForm, limits: Limits, now: int
) -> UploadedImage:
    """Check and keep a picture; it is durable on return. Raises Invalid, InvalidImage or UnsupportedImage."""
    metadata = read_metadata(form.metadata)
    name = check_name(form.name) if form.name and form.name.strip() else None
    return keep_image(blobs, store, caller, incoming, new_source_id(), name, metadata, limits, now)


def keep_image(
    blobs: Blobs,
    store: Store,
    caller: Caller,
    incoming: Incoming,
    source_id: str,
    name: str | None,
    metadata: dict[str, MetadataValue] | None,
    limits: Limits,
    now: int,
) -> UploadedImage:
    """Keep a picture under an id; the same id again, with the same bytes, changes nothing."""
    facts = check_picture(incoming.path(), limits)
    hash = incoming.finish()
    image = UploadedImage(
        source_id=source_id,
        workspace=caller.workspace,
        hash=hash,
        content_type=facts.content_type,
        bytes=incoming.size,
        width=facts.width,
        height=facts.height,
        name=name,
        metadata=metadata,
    )
    with keeping(store, blobs, hash):
        blobs.publish(incoming)
        store.add_image(image, caller.key, now)
    return image


@contextmanager
def keeping(store: Store, blobs: Blobs, *hashes: str) -> Iterator[None]:
    """Publish blobs and commit the rows that name them in here. When the rows are refused, the blobs go again."""
    with blobs.holding(*hashes):
        try:
            yield
        except Exception:
            for hash in hashes:
                blobs.remove_unless(hash, partial(store.is_blob_needed, hash))
            raise


def read_metadata(raw: bytes | None) -> dict[str, MetadataValue] | None:
    """The metadata of an upload, by the rules of custom metadata (contract 7). Raises InvalidJson or Invalid."""
    if raw is None or not raw.strip():
        return None
    try:
        return decode_body(raw, _metadata_decoder, "metadata") or None
    except Invalid as error:
        details = [msgspec.structs.replace(one, path=f"metadata.{one.path}".rstrip(".")) for one in error.details]
        raise Invalid(f"metadata{'.' if error.details[0].path else ': '}{error.message}", details) from error


def find_image(store: Store, workspace: int, source_id: str) -> UploadedImage:
    """A picture of the workspace. Raises NotFound, in the same words for another workspace's."""
    image = store.find_images([source_id]).get(source_id)
    if image is None or image.workspace != workspace:
        raise NotFound(f"no picture has the id '{source_id[:80]}'")
    return image


def find_linked_image(
    store: Store, signer: LinkSigner, source_id: str, size: str, expires: str, token: str, now: int
) -> UploadedImage:
    """The picture of a signed link. Raises Forbidden for a link that is expired or was changed."""
    image = store.find_images([source_id]).get(source_id)
    workspace = image.workspace if image is not None else 0
    if not signer.is_valid(workspace, source_id, size, expires, token, now):
        if size != "original" and signer.is_valid(workspace, source_id, "original", expires, token, now):
            raise Forbidden(
                f"this link is signed for the original, and the size is part of what is signed: take thumbUrl of a "
                f"query's reply, or send a key with size={size}"
            )
        raise Forbidden("this link has expired or is not ours; query the event again for a fresh one")
    if image is None:
        raise NotFound(f"no picture has the id '{source_id[:80]}'")
    return image


def check_size(size: str | None) -> str:
    """`original` (the default), `thumb` or `screen`. Raises Invalid."""
    chosen = size or "original"
    if chosen not in SIZES:
        raise Invalid.at("size", f"expected thumb or screen, or nothing for the original, got '{chosen[:40]}'")
    return chosen
