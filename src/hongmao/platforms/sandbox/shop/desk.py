"""What every handler of the shop begins with: the acts, and who is asking."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from hongmao.platforms.sandbox.shop import requests

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.platforms.sandbox.shop.book import Act, Acts


def acts_of(request: Request) -> Acts:
    """Find where acts begin."""
    acts: Acts = request.app.state.acts
    return acts


def known_buyer(act: Act, request: Request) -> str:
    """Recognise a buyer by the shop's cookie, or write a newcomer into the book.

    A newcomer's name is counted, so a city comes out the same twice, and carries a mark nobody else can make, so one
    buyer cannot guess the next one's cookie.
    """
    buyer = requests.buyer_of(request)
    if buyer is not None:
        return buyer
    name = f"b-{act.count('buyer')}"
    mark = hmac.new(request.app.state.control_token.encode(), name.encode(), hashlib.sha256).hexdigest()[:12]
    return f"{name}-{mark}"
