"""Bodies that come packed: unpacked up to a limit, in memory that the limit bounds, whatever they claim to hold."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import zstandard

from hongmao.web.edge.errors import BodyNotPacked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IDENTITY: Final = "identity"
ZSTD_WINDOW_MAX: Final = 8 * 2**20  # RFC 9659: the largest that a content coding `zstd` may ask of its reader
_GZIP: Final = 16 + zlib.MAX_WBITS  # zlib(3): 16 more asks for the header and trailer of gzip (RFC 1952)
_TOO_EARLY: Final = "it ends too early"
_GOES_ON: Final = "something follows its end"


def _from_gzip(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise BodyNotPacked(place="body", coding="gzip", why=str(error)[:80]) from None
    if len(plain) <= limit:
        _check_end("gzip", whole=unpacker.eof, more=bool(unpacker.unused_data))
    return plain


def _from_zstd(body: bytes, limit: int) -> bytes:
    """Unpack the one frame that a body may be. What it says of its own size is not believed, nor a dictionary looked for."""
    unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_MAX)
    try:
        with unpacker.stream_reader(body, read_across_frames=False) as reader:
            plain = reader.read(limit + 1)
        if len(plain) > limit:
            return plain
        # The reader does not tell whether the frame was whole. Asked again, now that it is known to be small, this one does.
        again = unpacker.decompressobj()
        again.decompress(body)
    except zstandard.ZstdError as error:
        raise BodyNotPacked(place="body", coding="zstd", why=str(error)[:80]) from None
    _check_end("zstd", whole=again.eof, more=bool(again.unused_data))
    return plain


def _check_end(coding: str, *, whole: bool, more: bool) -> None:
    if not whole or more:
        raise BodyNotPacked(place="body", coding=coding, why=_GOES_ON if whole else _TOO_EARLY)


UNPACKERS: Final[Mapping[str, Callable[[bytes, int], bytes]]] = {"gzip": _from_gzip, "zstd": _from_zstd}
"""By the word of `Content-Encoding`. Each gives what is in a body, up to one byte beyond the limit; raises `BodyNotPacked`."""
