"""Uploading pictures and getting them back (contract 4.6, 10)."""

from functools import partial

from msgspec import Struct

from sightlog.domain.api_keys import MAY_READ, MAY_WRITE
from sightlog.domain.errors import NotFound, Unauthenticated
from sightlog.domain.images import UploadedImage
from sightlog.operations import images
from sightlog.operations.images import ImageForm
from sightlog.pictures.shrinking import SHRUNK_TYPE, shrink
from sightlog.web.answers import Answer, created
from sightlog.web.files import FileAnswer
from sightlog.web.multipart import GATHERED_BYTES, FormReader
from sightlog.web.requests import ApiRequest
from sightlog.web.visits import current_session


class CreatedImage(Struct, frozen=True, rename="camel"):
    """The reply of an upload; `url` opens without a key until it expires."""

    source_id: str
    url: str
    width: int
    height: int
    content_type: str
    bytes: int
    success: bool = True


async def upload_image(request: ApiRequest) -> Answer:
    """201 once the picture is on disk."""
    caller = request.require(*MAY_WRITE)
    request.context.space.require_space()
    form = FormReader(request.header(b"content-type") or "", request.limits.upload_bytes)
    incoming = await request.run_errand(request.context.blobs.receive)
    try:
        async for chunk in request.stream():
            form.feed(chunk)
            if form.waiting_bytes() > GATHERED_BYTES:
                await request.run_errand(partial(incoming.write, form.drain()))
        form.finish()
        await request.run_errand(partial(incoming.write, form.drain()))
        name = form.fields.get("name", b"").decode("utf-8", "replace") or form.file_name
        image = await request.run_errand(
            lambda: images.upload_image(
                request.context.blobs,
                request.store,
                caller,
                incoming,
                ImageForm(name=name, metadata=form.fields.get("metadata")),
                request.limits,
                request.now,
            )
        )
    finally:
        await request.run_errand(incoming.discard)
    url = request.context.signer.link(caller.workspace, image.source_id, request.now)
    return created(CreatedImage(image.source_id, url, image.width, image.height, image.content_type, image.bytes))


def _image_of_visitor(request: ApiRequest, source_id: str) -> UploadedImage:
    """A picture of one of the workspaces that the signed-in person may see."""
    session = current_session(request)
    if session is None:
        raise Unauthenticated("Unauthorized: sign in to the dashboard, or send 'Authorization: Bearer KEY'")
    image = request.store.find_images([source_id]).get(source_id)
    if image is None or session.user.role_in(image.workspace) is None:
        raise NotFound(f"no picture has the id '{source_id[:80]}'")
    return image


async def get_image(request: ApiRequest) -> FileAnswer:
    """The original bytes, or a smaller version; by key, by a signed link, or by the dashboard's session."""
    source_id = request.path_parameters["sourceId"]
    size = images.check_size(request.query("size"))
    token = request.query("token")
    if token is not None:
        expires = request.query("expires") or ""
        signer = request.context.signer
        image = await request.run_errand(
            lambda: images.find_linked_image(request.store, signer, source_id, size, expires, token, request.now)
        )
    elif request.header(b"authorization") is None and request.header(b"cookie") is not None:
        image = await request.run_errand(lambda: _image_of_visitor(request, source_id))
    else:
        caller = request.require(*MAY_READ)
        image = await request.run_errand(lambda: images.find_image(request.store, caller.workspace, source_id))
    blobs = request.context.blobs
    if size == "original":
        path, content_type = blobs.path(image.hash), image.content_type
    else:
        path, content_type = blobs.existing(image.hash, size), SHRUNK_TYPE
        if path is None:
            path = await request.run_shrinking(
                lambda: blobs.derived(image.hash, size, lambda source, target: shrink(source, target, size))
            )
    if path is None:
        raise NotFound(f"the picture '{source_id[:80]}' was removed")
    return request.file(path, content_type, f"{image.hash}-{size}")
