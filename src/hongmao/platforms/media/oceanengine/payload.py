"""The body that 巨量 takes. Its order is the parent order (父订单), where 聚光 counts sub-orders; amounts are in fen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import SECOND_MS, Kind
from hongmao.platforms.media.clicks import callback_of, click_id_of
from hongmao.platforms.media.oceanengine.identifiers import device_of, place_of
from hongmao.platforms.media.payloads import body_of, item_id_of, whole, without_blanks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import Event, Outgoing, TargetAccount
    from hongmao.platforms.media.consented import Identifiers

BY_CLICK: Final = 0  # match_type: 0 click, 1 view, 2 play
_AMOUNTS: Final = frozenset({Kind.ORDER, Kind.PAY, Kind.PRESALE_BALANCE, Kind.REFUND})


def conversion_body(
    account: TargetAccount, item: Outgoing, known: Identifiers | None, platforms: Mapping[str, str]
) -> bytes:
    """Write a return."""
    context: dict[str, Any] = {"ad": _ad(account, item.click)}
    if known is not None and (device := device_of(known)):
        context["device"] = device
    return body_of(
        {
            "event_type": item.event_type,
            "timestamp": item.event.occurred_at_ms,
            **without_blanks(source=account.settings.get("source")),
            "context": context,
            **without_blanks(properties=_properties(account, item, known, platforms)),
        }
    )


def callback(click: Event | None) -> str:
    """Give what ties a return to its click: `__CALLBACK_PARAM__` of the monitor link, else `clickid` of the landing page."""
    return callback_of(click) or (click_id_of(click) if click is not None else None) or ""


def _ad(account: TargetAccount, click: Event | None) -> dict[str, Any]:
    told = account.settings
    return without_blanks(
        callback=callback(click),
        match_type=BY_CLICK,
        customer_id=whole(told.get("customer_id", "")),
        attributed=True,
        advertiser_ids=_numbers(told.get("advertiser_ids", "")),
        click_time=None if click is None else click.occurred_at_ms // SECOND_MS,
    )


def _properties(
    account: TargetAccount, item: Outgoing, known: Identifiers | None, platforms: Mapping[str, str]
) -> dict[str, Any]:
    event = item.event
    return without_blanks(
        order_id=event.order_id,
        product_id=item.facts.get("product_ids") or item_id_of(item),
        pay_amount=_amount_fen(item) if event.kind in _AMOUNTS else None,
        product_name=item.facts.get("product_name"),
        shop_name=item.facts.get("shop_name"),
        adzone_id=whole(account.settings.get("adzone_id", "")),
        ecom_platform=platforms.get(event.platform or ""),
        **(place_of(known) if known is not None else {}),
    )


def _amount_fen(item: Outgoing) -> int | None:
    """Give the parent order's amount where it was told, since they may count one return for each parent order."""
    if item.event.kind is Kind.REFUND:
        return item.event.amount_fen
    told = whole(item.facts.get("parent_amount_fen", ""))
    return item.event.amount_fen if told is None else told


def _numbers(text: str) -> list[int]:
    return [number for part in text.split(",") if (number := whole(part.strip())) is not None]
