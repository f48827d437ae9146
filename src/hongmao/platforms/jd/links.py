"""Links into JD's app, written by ourselves: the union's own link maker wants a promotion place that a merchant need not have.

The JSON of JD's scheme is encoded once, with the page inside it as it is. `__CLICK_ID__` survives that, so the jump fills it
in plainly wherever it stands.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from hongmao.platforms.api import LinkNotMade, MadeLink

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, LinkWanted, PlatformAccount

CLICK_MACRO: Final = "__CLICK_ID__"
CLICK_FIELDS: Final = ("clickid", "ext")
"""Ours, and the union's extension, which comes back as `ext1` of the order."""
SCHEME: Final = "openapp.jdmobile://virtual"
UNIVERSAL: Final = "https://linkst.m.jd.com/ul/ul.action"
SOURCE: Final = "hongmao"


class JdLinks:
    """Makes links without asking anybody."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:  # noqa: ARG002 - the port's signature
        """Make one link. The monitor's mark is the JSON's `channel`: the same for the same page of the same account."""
        if urlsplit(wanted.page_url).scheme not in {"http", "https"}:
            raise LinkNotMade(platform="jd", answer="page_url")
        page = with_click_place(wanted.page_url)
        channel = hashlib.md5(f"{account.account}\n{page}".encode(), usedforsecurity=False).hexdigest()
        query = params_text(page, channel)
        return MadeLink(
            fallback_url=page,
            deeplink=f"{SCHEME}?params={query}",
            universal_link=f"{UNIVERSAL}?openApp.jdMobile://virtual?params={query}",
            monitor_ref=channel,
        )


def params_text(page: str, channel: str) -> str:
    """Write what JD's app is to open, encoded once."""
    told: dict[str, Any] = {
        "category": "jump",
        "des": "m",
        "url": page,
        "sourcetype": SOURCE,
        "unionsource": "awake",
        "channel": channel,
        "union_open": "union_cps",
    }
    return quote(msgspec.json.encode(told).decode(), safe="")


def with_click_place(page_url: str) -> str:
    """Give a page the places for the click id, each once.

    >>> with_click_place("https://item.m.jd.com/product/7.html?ext=old#top")
    'https://item.m.jd.com/product/7.html?clickid=__CLICK_ID__&ext=__CLICK_ID__#top'
    """
    before, hash_, fragment = page_url.partition("#")
    path, _, query = before.partition("?")
    kept = [part for part in query.split("&") if part and not re.match(rf"({'|'.join(CLICK_FIELDS)})(=|$)", part)]
    places = [f"{name}={CLICK_MACRO}" for name in CLICK_FIELDS]
    return f"{path}?{'&'.join([*kept, *places])}{hash_}{fragment}"
