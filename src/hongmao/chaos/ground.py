"""The small world of a drill: one shop, one note, one live link that is paid for, and an account that signs deliveries."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.chaos.errors import ChildFailed
from hongmao.kernel.time import DAY_MS
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from pathlib import Path

SHOP_URL: Final = "http://127.0.0.1:8090"  # nobody listens there: a drill looks at addresses and follows none
SHOP, NOTE, LINK, ACCOUNT = "chaos-shop", "chaos-note", "chaos-link", "chaos-account"
WAYS: Final = 200
"""How many readers are shown the note beforehand: each showing may be paid for once."""
_LOOKS: Final = 480
_LOOK_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What clients need to know."""

    ways: tuple[str, ...]
    """Sealed addresses of the jump, as readers were shown them."""
    secret: str
    """What the shop signs with."""


def found(url: str, *, home: Path, secret: str, now_ms: int) -> Ground:
    """Found it through the house's own API."""
    key = json.loads((home / "credentials.json").read_text())["admin_key"]
    line = Line(url, {"authorization": f"Bearer {key}"})
    for path, value in _acts(secret, now_ms).items():
        line.add(f"/v1/{path}", value)
    reader = Line(url)
    for _ in range(_LOOKS):  # the serving tables look for new links and balances once a second
        if _way(reader, 0) is not None:
            ways = tuple(way for n in range(1, WAYS + 1) if (way := _way(reader, n)) is not None)
            return Ground(ways=ways, secret=secret)
        time.sleep(_LOOK_S)
    raise ChildFailed(name="web", why="it never showed the link under the note", log=str(home))


def _way(reader: Line, number: int) -> str | None:
    ad = reader.get(f"/v1/notes/{NOTE}", {"cookie": f"hm_r=r_seen{number}"}).json().get("ad")
    return str(ad["jump_url"]) if isinstance(ad, dict) else None


def _acts(secret: str, now_ms: int) -> dict[str, dict[str, object]]:
    tenant = {"tenant": "chaos", "merchant": "chaos"}
    shop = {
        **tenant,
        "platform": "sandbox",
        "platform_shop_id": SHOP,
        "name": "演练店",
        "home_url": f"{SHOP_URL}/shop/1",
    }
    note = {"creator": "chaos", "type": "picture", "title": "防晒", "body": "好用", "topic": "美妆个护", "cover": NOTE}
    link = {"tenant": "chaos", "note": NOTE, "shop": SHOP, "target": "shop", "button": "了解详情", "title": "同款好物"}
    page = f"{SHOP_URL}/item/1"
    return {
        "tenants": {"id": "chaos", "name": "演练", "kind": "merchant"},
        "merchants": {"id": "chaos", "tenant": "chaos", "name": "演练"},
        "shops": {"id": SHOP, **shop},
        "wallets/top-ups": {**tenant, "line": "cid", "amount_fen": 10**9, "key": "chaos"},
        "creators": {"id": "chaos", "name": "阿橙", "bio": ""},
        "notes": {"id": NOTE, **note, "published_at_ms": now_ms - DAY_MS},
        "links": {"id": LINK, **link, "universal_link": page, "fallback_url": page, "price_fen": 30},
        f"links/{LINK}/review": {"universal_link": 2, "fallback": 2, "note": ""},
        "platform-accounts": {"platform": "sandbox", "account": ACCOUNT, "secret": secret, "tenant": "chaos"},
    }
