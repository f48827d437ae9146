"""What a request brings, read into a struct: bounded, strict, and every fault named with its place in both languages."""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from hongmao.events.api import BodyTooLarge, FieldMalformed, FieldMissing, NumberOutOfRange, TextTooLong, read
from hongmao.kernel.ids import check_id
from hongmao.kernel.time import TimeUnreadable, instant
from hongmao.web.api.errors import ControlCharacter, FieldAbsent, FieldMistyped, TimesBackwards

if TYPE_CHECKING:
    from starlette.requests import Request

BODY_BYTES_MAX: Final = 256 * 1024
PAGE_ROWS_MAX: Final = 1_000
AT_MS_MAX: Final = 4_102_444_800_000  # the year 2100
_SIZE_DIGITS: Final = 18
_MS_DIGITS: Final = range(11, 16)  # of epoch milliseconds since 1970-04; shorter ones are days such as 20250507


class Sent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything sent: fields that are not listed are refused by name."""


class Standing(Sent, frozen=True, kw_only=True):
    """Sent by somebody who stands in their own tenant, or by an administrator who stands in the one named."""

    tenant: str | None = None


class Page(Standing, frozen=True, kw_only=True):
    """Which rows of a list: those after an id, at most so many."""

    after: str = ""
    limit: int = PAGE_ROWS_MAX

    @property
    def rows(self) -> int:
        """Give the limit, or say that it is none."""
        return rows_within(self.limit)


S = TypeVar("S", bound=Sent)


async def body_of(request: Request) -> bytes:
    """Read the body, holding no more of it than the limit and one piece; `BodyTooLarge` (413) beyond."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise BodyTooLarge(place="body", got=max(_claimed(request), len(body)), limit=BODY_BYTES_MAX)
    return bytes(body)


def _claimed(request: Request) -> int:
    digits = request.headers.get("content-length", "")[:_SIZE_DIGITS]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def read_body(kind: type[S], body: bytes) -> S:
    """Read a JSON body; none at all is an empty object."""
    decoder: msgspec.json.Decoder[S] = _decoder(kind, strict=True)
    return _read(decoder, body or b"{}")


def read_query(kind: type[S], request: Request) -> S:
    """Read the query's parameters; numbers and true or false come as text there."""
    decoder: msgspec.json.Decoder[S] = _decoder(kind, strict=False)
    return _read(decoder, msgspec.json.encode(dict(request.query_params)))


def rows_within(limit: int) -> int:
    """Let a page's limit through."""
    if not 1 <= limit <= PAGE_ROWS_MAX:
        raise NumberOutOfRange(place="limit", low=1, high=PAGE_ROWS_MAX, got=str(limit)[:20])
    return limit


def id_or_none(text: str | None, *, place: str) -> str | None:
    """Let a well-formed id through, and none at all."""
    return None if text is None else check_id(text, place=place)


def line_of(text: str, *, place: str, chars_max: int) -> str:
    """Let a line of text through as it came; empty is fine."""
    if len(text) > chars_max:
        raise TextTooLong(place=place, got=len(text), limit=chars_max)
    for at, char in enumerate(text, start=1):
        if unicodedata.category(char) == "Cc":
            raise ControlCharacter(place=place, at=at)
    return text


def moment(text: str, *, place: str) -> int:
    """Read a day, an ISO-8601 instant or epoch milliseconds as epoch milliseconds; a day is its first instant in Shanghai."""
    if text.isascii() and text.isdigit() and len(text) in _MS_DIGITS:
        at_ms = int(text)
    else:
        try:
            at_ms = instant(text)
        except TimeUnreadable:
            raise TimeUnreadable(place=f"{place}={text[:40]}") from None
    if not 0 <= at_ms <= AT_MS_MAX:
        raise NumberOutOfRange(place=place, low=0, high=AT_MS_MAX, got=at_ms)
    return at_ms


def in_order(start_ms: int, end_ms: int, *, place: str) -> None:
    """Refuse a stretch of time that ends before it begins; `place` names the end."""
    if end_ms < start_ms:
        raise TimesBackwards(place=place)


def _read(decoder: msgspec.json.Decoder[S], data: bytes) -> S:
    try:
        return read(decoder, data)
    except FieldMissing as error:
        raise FieldAbsent(**error.params) from error
    except FieldMalformed as error:
        raise FieldMistyped(**error.params) from error


@functools.cache
def _decoder(kind: type[S], *, strict: bool) -> msgspec.json.Decoder[S]:
    return msgspec.json.Decoder(kind, strict=strict)
