"""Macros in addresses: the places a platform's own link leaves for the jump to fill, and those that nobody filled. Pure.

A macro stands as `__NAME__`. Underscores and capitals survive percent-encoding, so it is replaced as plain text however
deep the address is nested, and the layers around it need not be unpacked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hongmao.kernel.ids import ClickId, NoteId  # noqa: TC001 - read where the facts are filled in

CLICK_MACRO: Final = "__CLICK_ID__"
_MACRO: Final = re.compile(r"__[A-Z][A-Z0-9_]*?__")
_UNRESOLVED: Final = re.compile(r"__[A-Za-z0-9_]+__|\{[A-Za-z0-9_.]+\}|\$\{[A-Za-z0-9_.]+\}|%7B[A-Za-z0-9_.]+%7D")

# What 聚光 may write into a link, by its wire names (CREATIVITY is spelt so). We fill those
# that name the click, the note and the time; the others name things of an advertiser's account and become empty.
_EMPTY: Final = frozenset(
    f"__{name}__"
    for name in (
        "CALLBACK_PARAM",
        "ADVERTISER_ID",
        "CAMPAIGN_ID",
        "UNIT_ID",
        "CREATIVITY_ID",
        "XHS_BACK_URL",
        "KEYWORD_ID",
        "PLACEMENT",
        "PAID",
        "REQUESTID",
        "ID",
        "OS",
        "IP",
        "UA",
        "OAID",
        "OAID_MD5",
        "CAID",
        "CAID_MD5",
        "IDFA",
        "IMEI",
        "ANDROIDID",
    )
)
KNOWN: Final = _EMPTY | {CLICK_MACRO, "__NOTE_ID__", "__XHS_NOTE_ID__", "__TS__"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TapFacts:
    """What the jump knows of one tap."""

    click_id: ClickId
    note: NoteId
    at_ms: int


def unknown_macros(url: str) -> tuple[str, ...]:
    """List the macros of a template that the jump will not fill: such a link would hand them to the shop as they are.

    >>> unknown_macros("https://shop.example/item/1?c=__CLICK_ID__&x=__CLIKC_ID__")
    ('__CLIKC_ID__',)
    """
    return tuple(dict.fromkeys(macro for macro in _MACRO.findall(url) if macro not in KNOWN))


def has_click_macro(url: str) -> bool:
    """Tell whether a template says itself where the click id goes."""
    return CLICK_MACRO in url


def fill(url: str, facts: TapFacts) -> str:
    """Fill a template's macros; what the jump does not know is left empty, never literal.

    >>> fill("tbopen://m?h5Url=https%3A%2F%2Fs%3Fclickid%3D__CLICK_ID__", TapFacts(click_id="abc", note="n", at_ms=5))
    'tbopen://m?h5Url=https%3A%2F%2Fs%3Fclickid%3Dabc'
    """
    told = {
        CLICK_MACRO: facts.click_id,
        "__NOTE_ID__": facts.note,
        "__XHS_NOTE_ID__": facts.note,
        "__TS__": str(facts.at_ms),
    }
    return _MACRO.sub(lambda found: told.get(found[0], "") if found[0] in KNOWN else found[0], url)


def is_unresolved(value: str) -> bool:
    """Tell whether a value that arrived is a macro which somebody before us should have filled.

    >>> is_unresolved("__CLICK_ID__"), is_unresolved("{click_id}"), is_unresolved("a__b")
    (True, True, False)
    """
    return _UNRESOLVED.fullmatch(value) is not None
