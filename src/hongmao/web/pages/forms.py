"""Posted forms: small, of plain fields, read without surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from hongmao.kernel.errors import BadInput
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from starlette.requests import Request

BODY_BYTES_MAX = 16_384
FIELDS_MAX = 20


class FormUnreadable(BadInput):
    """What was posted is no form of ours."""

    code = "form_unreadable"
    zh = "{place} 的内容无法理解"
    en = "What stands at {place} cannot be understood"
    hint_zh = "请从页面上的表单提交"
    hint_en = "Use the forms of the pages"


async def form_of(request: Request) -> dict[str, str]:
    """Read a form; raises `FormUnreadable` where it is too large, has too many fields or is no text."""
    return dict(await fields_of(request))


async def fields_of(
    request: Request, *, fields_max: int = FIELDS_MAX, bytes_max: int = BODY_BYTES_MAX
) -> list[tuple[str, str]]:
    """Read a form whose fields may stand in it more than once: boxes that are ticked."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > bytes_max:
            raise FormUnreadable(place="body")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=fields_max, errors="strict")
    except ValueError:
        raise FormUnreadable(place="body") from None


def fen_of(yuan: str) -> int | None:
    """Read an amount that somebody typed in yuan; None where the field was left empty.

    >>> fen_of("100"), fen_of(" 99.9 "), fen_of(" ")
    (10000, 9990, None)
    """
    return Money.parse(yuan).fen if yuan.strip() else None


def own_path(text: str, fallback: str) -> str:
    """Let an address through that leads to a page of ours and nowhere else.

    >>> own_path("/console/notes?sort=-spend", "/"), own_path("//elsewhere.example", "/"), own_path("https://a.b", "/")
    ('/console/notes?sort=-spend', '/', '/')
    """
    # Browsers read a backslash as a slash and drop tabs and line ends before they look.
    if not text.startswith("/") or text[1:2] in {"/", "\\"} or any(ord(char) < 33 for char in text):  # noqa: PLR2004
        return fallback
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else fallback
