"""Links as few bytes: rows of msgpack in which what many links share is a number, and what a link repeats is left out.

Tenants, shops, creators and the beginnings of addresses are the same in thousands of links. A text that came twice gets a
number, as long as there are numbers; all others stand in the row as they are.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from hongmao.links.contracts import AdLink, Review, TargetKind

TEXTS_MAX: Final = 65_536
SEEN_ONCE_MAX: Final = 16_384
_PREFIX_CHARS_MIN: Final = 4  # a number and the list around it take as much
_SAME: Final = True
_REVIEW: Final = tuple(Review)  # an enum that is called by value takes as long as all the rest
_REVIEWS: Final = len(_REVIEW)
_TARGETS: Final = {str(kind.value): kind for kind in TargetKind}
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Any]).decode

Text = str | int
"""A text as it is, or its number."""
Address = list[Text] | str | bool | None
"""Literally, [beginning, rest], or the same as the fallback (`True`)."""


class Texts:
    """Texts by number. Written by one thread; whoever reads a row may ask at any time, for nothing is taken away."""

    def __init__(self, *, at_most: int = TEXTS_MAX) -> None:
        """Number so many texts; those that come later stand in their rows."""
        self._at_most = at_most
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._once: set[str] = set()

    def code(self, text: str) -> Text:
        """Give a text's number from the second time on."""
        number = self._numbers.get(text)
        if number is not None:
            return number
        if len(self._texts) >= self._at_most:
            return text
        if text not in self._once:
            if len(self._once) >= SEEN_ONCE_MAX:
                self._once.clear()
            self._once.add(text)
            return text
        self._once.discard(text)
        self._texts.append(text)
        self._numbers[text] = number = len(self._texts) - 1
        return number

    def text(self, code: Text) -> str:
        """Read what `code` gave."""
        return code if type(code) is str else self._texts[code]  # type: ignore[index]  # the other kind is a number

    def __len__(self) -> int:
        """Count the numbers given."""
        return len(self._texts)


def to_row(link: AdLink, texts: Texts) -> bytes:
    """Write a link."""
    code, fallback = texts.code, link.fallback_url
    reviews = (link.deeplink_review - 1) + _REVIEWS * (link.universal_link_review - 1)
    reviews += _REVIEWS**2 * (link.fallback_review - 1)
    return _encode(
        [
            link.id,
            reviews * 2 + link.paused,
            link.note,
            link.price_fen,
            link.created_at_ms,
            code(link.tenant),
            code(link.merchant),
            code(link.creator),
            code(link.shop),
            code(link.platform),
            code(link.target.value),
            None if link.item is None else code(link.item),
            code(link.line),
            code(link.button),
            code(link.title),
            code(link.review_note),
            _begun(fallback, texts),
            _address(link.universal_link, fallback, texts),
            _address(link.deeplink, fallback, texts),
        ]
    )


def from_row(row: memoryview, texts: Texts) -> AdLink:
    """Read a link."""
    text = texts.text
    (id_, state, note, price_fen, created_at_ms, *codes, fallback, universal, deeplink) = _decode(row)
    tenant, merchant, creator, shop, platform, target, item, line, button, title, review_note = codes
    reviews, paused = divmod(state, 2)
    fallback_url = _joined(fallback, "", texts)
    return AdLink(
        id=id_,
        tenant=text(tenant),  # type: ignore[arg-type]  # ids are texts to every interpreter
        merchant=text(merchant),  # type: ignore[arg-type]  # as above
        note=note,
        creator=text(creator),  # type: ignore[arg-type]  # as above
        shop=text(shop),  # type: ignore[arg-type]  # as above
        platform=text(platform),
        target=_TARGETS[text(target)],
        item=None if item is None else text(item),  # type: ignore[arg-type]  # as above
        deeplink=None if deeplink is None else _joined(deeplink, fallback_url, texts),
        universal_link=None if universal is None else _joined(universal, fallback_url, texts),
        fallback_url=fallback_url,
        deeplink_review=_REVIEW[reviews % _REVIEWS],
        universal_link_review=_REVIEW[reviews // _REVIEWS % _REVIEWS],
        fallback_review=_REVIEW[reviews // _REVIEWS**2],
        review_note=text(review_note),
        button=text(button),
        title=text(title),
        line=text(line),
        price_fen=price_fen,
        paused=bool(paused),
        created_at_ms=created_at_ms,
    )


def _address(url: str | None, fallback: str, texts: Texts) -> Address:
    if url is None:
        return None
    return _SAME if url == fallback else _begun(url, texts)


def _begun(url: str, texts: Texts) -> Address:
    """Cut behind the last mark between parts, or where that beginning is nobody else's, behind the first `=`."""
    for cut in (max(map(url.rfind, "/=&?")) + 1, url.find("=") + 1):
        if cut > _PREFIX_CHARS_MIN:
            code = texts.code(url[:cut])
            if type(code) is int:
                return [code, url[cut:]]
    return url


def _joined(address: Address, fallback: str, texts: Texts) -> str:
    if isinstance(address, str):
        return address
    if isinstance(address, list):
        beginning, rest = address
        return texts.text(beginning) + texts.text(rest)
    return fallback
