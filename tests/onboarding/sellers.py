"""A seller's browser for tests of joining: opens the platform's consent page, agrees or does not, and is sent back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx

from e2e.joining import SHOP

if TYPE_CHECKING:
    from e2e.joining import Street


def answer(street: Street, page: str, decision: str = "grant") -> dict[str, str]:
    """Answer a consent page, and give what the browser brings back: `code` and `state`, or `error` and `state`."""
    shown = httpx.get(page)
    assert shown.status_code == 200, shown.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', shown.text)
    assert ticket is not None
    form = {"ticket": ticket[1], "shop": SHOP, "decision": decision}
    sent = httpx.post(f"{street.shop_url}{urlsplit(page).path}", data=form)
    assert sent.status_code in {302, 303}, sent.text
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))
