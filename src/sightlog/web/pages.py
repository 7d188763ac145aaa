"""HTML pages: their templates, the files that they load, and the headers that keep them to this server."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

import jinja2
from msgspec import Struct

from sightlog import __version__
from sightlog.domain.errors import NotFound
from sightlog.web.answers import HTML_TYPE, Answer, Header
from sightlog.web.context import Context
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route

_NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Nothing from elsewhere, no script, nothing inline: even hostile text in a page could do nothing.
STILL_POLICY = f"{_NOTHING_FROM_ELSEWHERE}; form-action 'none'".encode()
# The same with our own modules, and forms that come back to this server.
LIVELY_POLICY = f"{_NOTHING_FROM_ELSEWHERE}; script-src 'self'; connect-src 'self'; form-action 'self'".encode()

_TYPES = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
# By name, because imports only point down.
_PACKAGES = ("sightlog.web", "sightlog.dashboard")
_FOR_EVER = b"public, max-age=31536000, immutable"
_FOR_A_DAY = b"public, max-age=86400"


def page_headers(policy: bytes = STILL_POLICY) -> tuple[Header, ...]:
    """The headers of a page, which keep it to this server."""
    # Browsers send a form of a page that tells no referrer with the origin "null", which could not be checked.
    referrer = b"same-origin" if policy is LIVELY_POLICY else b"no-referrer"
    return (
        (b"content-security-policy", policy),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"referrer-policy", referrer),
        (b"x-frame-options", b"DENY"),
        (b"cache-control", b"no-cache"),
    )


class StaticFile(Struct, frozen=True):
    """A file that pages load. Its address holds a hash of all of them, so that browsers may keep it for ever, and
    so that modules find each other by their plain names."""

    body: bytes
    content_type: bytes

    def answer(self, cache_control: bytes = _FOR_EVER) -> Answer:
        """The file, with how long it may be kept. An icon may be opened as a page, so it gets a page's policy."""
        headers = ((b"content-security-policy", STILL_POLICY), (b"cache-control", cache_control))
        return Answer(200, self.body, self.content_type, headers)


def _load_static_files() -> dict[str, StaticFile]:
    found = {}
    for package in _PACKAGES:
        for file in files(package).joinpath("static").iterdir():
            suffix = file.name.rpartition(".")[2]
            if suffix in _TYPES:
                assert file.name not in found, file.name
                found[file.name] = StaticFile(file.read_bytes(), _TYPES[suffix])
    return found


STATIC_FILES = _load_static_files()
_all_of_them = b"".join(name.encode() + STATIC_FILES[name].body for name in sorted(STATIC_FILES))
STATIC_EDITION = hashlib.sha256(_all_of_them).hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file, for templates."""
    assert name in STATIC_FILES, name
    return f"/static/{STATIC_EDITION}/{name}"


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


def page(html: str, status: int = 200, policy: bytes = STILL_POLICY, headers: Sequence[Header] = ()) -> Answer:
    """A page, or a part of one."""
    return Answer(status, html.encode(), HTML_TYPE, (*page_headers(policy), *headers))


def shown_address(context: Context) -> str:
    """The address of this server, as people type it."""
    return context.public_url or context.local_url


async def send_static(request: ApiRequest) -> Answer:
    """A file that pages load."""
    found = STATIC_FILES.get(request.path_parameters["name"])
    if found is None or request.path_parameters["edition"] != STATIC_EDITION:
        raise NotFound("no such file; pages name the current ones")
    return found.answer()


async def send_icon(request: ApiRequest) -> Answer:
    """The icon, where browsers look for it when no page names one (for JSON, say)."""
    return STATIC_FILES["icon.svg"].answer(_FOR_A_DAY)


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/static/{edition}/{name}",
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
