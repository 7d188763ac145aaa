"""HTML pages: their templates, the files that they load, and the headers that keep them to this server."""

import hashlib
from importlib.resources import files

import jinja2
from msgspec import Struct

from sightlog import __version__
from sightlog.domain.errors import NotFound
from sightlog.web.answers import HTML_TYPE, Answer, Header
from sightlog.web.context import Context
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route

# Nothing from elsewhere, no script, nothing inline: even hostile text in a page could do nothing.
CONTENT_SECURITY_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-cache"),
)

_TYPES = {"css": b"text/css; charset=utf-8", "svg": b"image/svg+xml"}
_FOR_EVER = b"public, max-age=31536000, immutable"
_FOR_A_DAY = b"public, max-age=86400"


class StaticFile(Struct, frozen=True):
    """A file that pages load. Its address holds a hash of its content, so that browsers may keep it for ever."""

    address: str
    body: bytes
    content_type: bytes

    def answer(self, cache_control: bytes = _FOR_EVER) -> Answer:
        """The file, with how long it may be kept. An icon may be opened as a page, so it gets a page's policy."""
        headers = ((b"content-security-policy", CONTENT_SECURITY_POLICY), (b"cache-control", cache_control))
        return Answer(200, self.body, self.content_type, headers)


def _load_static_files() -> dict[str, StaticFile]:
    found = {}
    for file in files("sightlog.web").joinpath("static").iterdir():
        stem, _, suffix = file.name.rpartition(".")
        if suffix in _TYPES:
            body = file.read_bytes()
            address = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
            found[file.name] = StaticFile(address, body, _TYPES[suffix])
    return found


STATIC_FILES = _load_static_files()
_BY_ADDRESS = {file.address: file for file in STATIC_FILES.values()}


def static(name: str) -> str:
    """The address of a static file, for templates."""
    return STATIC_FILES[name].address


def make_templates(package: str) -> jinja2.Environment:
    """The templates of a package, beside those that all pages share. What is put into them is escaped."""
    loaders = [jinja2.PackageLoader(package), jinja2.PackageLoader("sightlog.web")]
    templates = jinja2.Environment(
        autoescape=True,
        loader=jinja2.ChoiceLoader(loaders),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(static=static, version=__version__)
    return templates


def page(html: str, status: int = 200) -> Answer:
    """A page."""
    return Answer(status, html.encode(), HTML_TYPE, PAGE_HEADERS)


def shown_address(context: Context) -> str:
    """The address of this server, as people type it."""
    return context.public_url or context.local_url


async def send_static(request: ApiRequest) -> Answer:
    """A file that pages load."""
    found = _BY_ADDRESS.get("/static/" + request.path_parameters["name"])
    if found is None:
        raise NotFound("no such file; pages name the current ones")
    return found.answer()


async def send_icon(request: ApiRequest) -> Answer:
    """The icon, where browsers look for it when no page names one (for JSON, say)."""
    return STATIC_FILES["icon.svg"].answer(_FOR_A_DAY)


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/static/{name}",
        handler=send_static,
        summary="A file that pages load",
        needs_key=False,
        is_described=False,
    ),
    Route(
        method="GET",
        path="/favicon.ico",
        handler=send_icon,
        summary="The icon",
        needs_key=False,
        is_described=False,
    ),
)
