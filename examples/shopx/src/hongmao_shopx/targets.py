"""Returns sent on to ShopX's ad desk: what became of the clicks that its own ads brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import (
    HOUR_MS,
    Answered,
    Kind,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    Rate,
    TargetLimits,
    Verdict,
)
from hongmao_shopx import client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Call, Event, Outgoing, Reply, TargetAccount

_WORDS: Final = {Kind.PAY: "paid", Kind.REFUND: "refunded"}


class Conversions:
    """Payments and refunds, each known by its id however often it is sent."""

    name = "shopx_ads"
    limits = TargetLimits(deadline_ms=24 * HOUR_MS, batch_max=50, rate=Rate(per_minute=60, burst=5))

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Give ShopX's word for an event that one of its own clicks led to."""
        is_theirs = click is not None and click.media == client.PLATFORM and click.media_click is not None
        return _WORDS.get(event.kind) if is_theirs else None

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request that carries these items."""
        told = {"test": account.test, "items": [_item(one) for one in items]}
        return client.call_of(client.Key.of_target(account), "/v1/conversions", told, now_ms=now_ms)

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what became of each item: ShopX names those that it will not have."""
        try:
            refused = client.read(reply).refused
        except PullThrottled as error:
            wait_ms = int(str(error.params["wait_s"])) * 1_000
            return [Verdict(answered=Answered.RETRY, reason="throttled", wait_ms=wait_ms)] * len(items)
        except PullRefused as error:
            answer = str(error.params["answer"])
            return [Verdict(answered=Answered.RETRY, reason="not_let_in", answer=answer)] * len(items)
        except PullUnreadable:
            return [Verdict(answered=Answered.RETRY, reason="unreadable")] * len(items)
        if refused is None:
            return [Verdict(answered=Answered.RETRY, reason="unreadable")] * len(items)
        return [_verdict(refused.get(one.id)) for one in items]


def _item(one: Outgoing) -> dict[str, object]:
    return {
        "id": one.id,
        "what": one.event_type,
        "click": one.click.media_click if one.click else None,
        "line": one.event.sub_order_id,
        "fen": one.event.amount_fen,
        "at": one.event.occurred_at_ms,
    }


def _verdict(why: str | None) -> Verdict:
    if why is None:
        return Verdict(answered=Answered.DELIVERED)
    return Verdict(answered=Answered.REFUSED, reason="refused", answer=client.word_of(why))
