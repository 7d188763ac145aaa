"""Forms of our own pages: their fields, and that they really come from our pages."""

import hmac
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from sightlog.domain.errors import Forbidden, Invalid
from sightlog.web.requests import ApiRequest

LARGEST_FORM_BYTES = 1_000_000
_MOST_FIELDS = 2000
_FORM_TYPE = "application/x-www-form-urlencoded"


class Form(Struct, frozen=True):
    """A form's fields, each with its values in their order."""

    fields: dict[str, list[str]]

    def one(self, name: str, default: str = "") -> str:
        """A field's last value, trimmed."""
        values = self.fields.get(name)
        return values[-1].strip() if values else default

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self.fields.get(name, [])


async def read_form(request: ApiRequest, csrf: str | None) -> Form:
    """The form that a page of ours sent. `csrf` is the token that it must bring, as a field or as X-CSRF-Token (None
    before somebody is signed in). Raises Forbidden for one from elsewhere, Invalid for one that cannot be read."""
    check_origin(request)
    kind = (request.header(b"content-type") or _FORM_TYPE).partition(";")[0].strip().lower()
    if kind != _FORM_TYPE:
        raise Invalid(f"expected a form as {_FORM_TYPE}, got '{kind[:60]}'")
    body = await request.body(LARGEST_FORM_BYTES)
    try:
        form = Form(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Invalid("the form is not UTF-8 text, or has too many fields") from None
    if csrf is not None:
        given = request.header(b"x-csrf-token") or form.one("csrf")
        if not hmac.compare_digest(given.encode(), csrf.encode()):
            raise Forbidden("this form is from an earlier sign-in; reload the page and send it again")
    return form


def check_origin(request: ApiRequest) -> None:
    """Raises Forbidden when a browser says that the request comes from another site."""
    site = request.header(b"sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("this form was sent from another site")
    origin = request.header(b"origin")
    if origin is not None and urlsplit(origin).netloc.lower() != (request.header(b"host") or "").lower():
        raise Forbidden("this form was sent from another site")
