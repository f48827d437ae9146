"""What a client does, and what it may take for acknowledged: taps, reports by one or many, deliveries from a shop.

An act keeps its ids however often it is sent. What an answer acknowledges is read here and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from hongmao.chaos.calling import Ask
from hongmao.chaos.ground import ACCOUNT, NOTE, SHOP
from hongmao.chaos.judge import EVENT, RETURN, TAP

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from hongmao.chaos.calling import Heard

FOUND, OK = 302, 200
CLICK_MACRO: Final = "hm_click"
_TAKEN: Final = frozenset({"accepted", "duplicate", "unmatched"})
_BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
_LATE_MS: Final = 120_000
_MS_PER_S: Final = 1_000
_UNKNOWN: Final = (
    "click_id",
    "pay_item_id",
    "order_id",
    "sub_order_id",
    "refund_id",
    "quantity",
    "amount_fen",
    "deposit_fen",
)


class Act(Protocol):
    """Something that is done until it is acknowledged."""

    what: str
    """By which name the client knows what it was told."""

    def ask(self, rng: random.Random, now_ms: int) -> Ask:
        """Write the request, anew each time: order, stamp and nonce may differ, what is told does not."""
        ...

    def acked(self, heard: Heard) -> list[str]:
        """Read from an answer what it acknowledges."""
        ...

    @property
    def done(self) -> bool:
        """Say whether nothing is left to be acknowledged."""
        ...


@dataclass(slots=True)
class Tap:
    """A reader taps. Each time it is another click; one acknowledged is enough."""

    way: str
    reader: str
    what: str = TAP
    done: bool = False

    def ask(self, rng: random.Random, now_ms: int) -> Ask:
        """Tap."""
        del rng, now_ms
        return Ask("GET", self.way, {"user-agent": _BROWSER, "cookie": f"hm_r={self.reader}"})

    def acked(self, heard: Heard) -> list[str]:
        """Find the click id in the address that the reader is sent to."""
        if heard.status != FOUND:
            return []
        found = parse_qs(urlsplit(heard.location).query).get(CLICK_MACRO, [])
        self.done = bool(found)
        return found


@dataclass(slots=True)
class Report:
    """A page reports what its reader did; events may be told in any order, and one of them twice."""

    ids: list[str]
    reader: str
    at_ms: int
    what: str = EVENT
    _open: set[str] = field(init=False)

    def __post_init__(self) -> None:
        """Wait for all of them."""
        self._open = set(self.ids)

    @property
    def done(self) -> bool:
        """Say whether all were acknowledged."""
        return not self._open

    def ask(self, rng: random.Random, now_ms: int) -> Ask:
        """Tell all of them once more, in another order and sometimes with one twice."""
        ids = rng.sample(self.ids, len(self.ids))
        ids += ids[:1] if rng.random() < 1 / 4 else []
        # A page that was told by a clock far away says later when it was: its own clock is right.
        self.at_ms = max(self.at_ms, now_ms - _LATE_MS)
        told = [{"event_id": one, "kind": "read", "occurred_at_ms": self.at_ms, "note": NOTE} for one in ids]
        body = json.dumps({"events": told}).encode()
        return Ask("POST", "/v1/events", {"content-type": "application/json", "cookie": f"hm_r={self.reader}"}, body)

    def acked(self, heard: Heard) -> list[str]:
        """Take event by event what is said to be kept."""
        taken = [str(row["event_id"]) for row in _outcomes(heard) if row.get("outcome") in _TAKEN]
        self._open.difference_update(taken)
        return taken


@dataclass(slots=True)
class Delivery:
    """A shop delivers rows by a signed webhook; a retry may be the very same delivery or a new one of the same rows."""

    numbers: list[str]
    secret: str
    at_ms: int
    what: str = RETURN
    done: bool = False
    _sent: list[str] = field(default_factory=list)

    def ask(self, rng: random.Random, now_ms: int) -> Ask:
        """Sign and send."""
        self._sent = rng.sample(self.numbers, len(self.numbers))
        body = json.dumps({"account": ACCOUNT, "events": [self._row(one) for one in self._sent]}).encode()
        stamp, nonce = str(now_ms // _MS_PER_S), f"{rng.getrandbits(128):032x}"
        signed = hmac.new(self.secret.encode(), f"{stamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-shop-account": ACCOUNT, "x-shop-timestamp": stamp}
        return Ask("POST", "/v1/returns/sandbox", {**headers, "x-shop-nonce": nonce, "x-shop-signature": signed}, body)

    def acked(self, heard: Heard) -> list[str]:
        """Take row by row what is said to be kept: the answer names rows by their place."""
        taken = [self._sent[int(str(row["index"]))] for row in _outcomes(heard) if row.get("outcome") in _TAKEN]
        self.done = self.done or set(taken) == set(self.numbers)
        return taken

    def _row(self, number: str) -> dict[str, object]:
        fact = {"type": "visit", "version": 1, "occurred_at_ms": self.at_ms, "shop_id": SHOP, "item_id": None}
        return {"event_no": number, **fact, "new_visitor": True, **dict.fromkeys(_UNKNOWN)}


def _outcomes(heard: Heard) -> Iterable[dict[str, object]]:
    if heard.status != OK:
        return ()
    rows: list[dict[str, object]] = json.loads(heard.body)["outcomes"]
    return rows
