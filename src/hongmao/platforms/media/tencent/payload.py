"""The body that 腾讯 takes, and the address it goes to: the callback of the click's monitor link, or the account's own."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from hongmao.platforms.api import SECOND_MS, Kind
from hongmao.platforms.media.clicks import callback_of, click_id_of, is_theirs
from hongmao.platforms.media.payloads import body_of, whole, without_blanks
from hongmao.platforms.media.tencent.identifiers import user_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, TargetAccount
    from hongmao.platforms.media.consented import Consented, Identifiers

CALLBACK_HOSTS: Final = frozenset({"api.e.qq.com", "tracking.e.qq.com"})
OUTER_ID_CHARS_MAX: Final = 255
_OUTER_ID: Final = re.compile(r"[A-Za-z0-9_]{1,255}")
_AMOUNTS: Final = frozenset({Kind.ORDER, Kind.PAY, Kind.PRESALE_BALANCE, Kind.REFUND})
_BOUGHT: Final = _AMOUNTS - {Kind.REFUND}


def actions_body(account: TargetAccount, items: Sequence[Outgoing], consented: Consented, *, direct: bool) -> bytes:
    """Write a request of one or more actions. `direct` names the account, which a callback's address already does."""
    told = account.settings
    owner = {
        "account_id": whole(told.get("account_id", "")),
        "user_action_set_id": whole(told.get("user_action_set_id", "")),
    }
    actions = [_action(account, item, consented(account, item), direct=direct) for item in items]
    return body_of({**(owner if direct else {}), "actions": actions})


def callback_url(item: Outgoing, *, endpoint: str) -> str:
    """Give the address that the click brought, where it is 腾讯's; empty otherwise.

    Whoever clicks can write anything into an address of ours. Our token goes with the request, so it goes to hosts of
    theirs by HTTPS, or to where the account itself sends, and nowhere else (ABUSE-5).
    """
    if item.click is None or not is_theirs(item.click, "tencent"):
        return ""
    url = callback_of(item.click)
    try:
        split, own = urlsplit(url), urlsplit(endpoint)
        port = split.port
    except ValueError:
        return ""
    if split.username is not None or split.password is not None or not url.isascii() or not url.isprintable():
        return ""
    if (split.scheme, split.netloc) == (own.scheme, own.netloc):
        return url
    theirs = split.scheme == "https" and split.hostname in CALLBACK_HOSTS and port in {None, 443}
    return url if theirs else ""


def outer_action_id(item_id: str) -> str:
    """Give the id they dedupe by. Theirs has letters, digits and `_` only: an id with more is told by its digest.

    >>> outer_action_id("out_1"), len(outer_action_id("out:1"))
    ('out_1', 35)
    """
    if _OUTER_ID.fullmatch(item_id):
        return item_id
    return f"hm_{hashlib.blake2b(item_id.encode(), digest_size=16).hexdigest()}"


def _action(account: TargetAccount, item: Outgoing, known: Identifiers | None, *, direct: bool) -> dict[str, Any]:
    event = item.event
    amount = event.amount_fen if event.kind in _AMOUNTS else None
    twice = account.settings.get("identifier_hash") == "md5_sha256"
    return {
        "outer_action_id": outer_action_id(item.id),
        "action_time": event.occurred_at_ms // SECOND_MS,
        "action_type": item.event_type,
        **without_blanks(
            user_id=user_id_of(known, twice=twice) if known is not None else None,
            url=item.facts.get("page_url") or account.settings.get("page_url"),
            trace={"click_id": click_id_of(item.click)} if direct and item.click is not None else None,
            action_param=without_blanks(value=amount, quantity=event.quantity if event.kind in _BOUGHT else None),
        ),
    }
