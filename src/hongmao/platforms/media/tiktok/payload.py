"""The body that TikTok takes. Amounts are yuan with two decimals, times are seconds, the event id is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import SECOND_MS
from hongmao.platforms.media.clicks import click_id_of
from hongmao.platforms.media.payloads import CURRENCY, body_of, item_id_of, unit_price_fen, without_blanks, yuan
from hongmao.platforms.media.tiktok.identifiers import user_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, TargetAccount
    from hongmao.platforms.media.consented import Consented, Identifiers

SOURCE: Final = "web"


def events_body(account: TargetAccount, items: Sequence[Outgoing], consented: Consented) -> bytes:
    """Write a request. A test carries the code that keeps it out of every report."""
    told = account.settings
    test = {"test_event_code": told["test_event_code"]} if account.test else {}
    return body_of(
        {
            "event_source": told.get("event_source") or SOURCE,
            "event_source_id": told["event_source_id"],
            **test,
            "data": [_event(account, item, consented(account, item)) for item in items],
        }
    )


def _event(account: TargetAccount, item: Outgoing, known: Identifiers | None) -> dict[str, Any]:
    ttclid = click_id_of(item.click) if item.click is not None else None
    url = item.facts.get("page_url") or account.settings.get("page_url")
    return {
        "event": item.event_type,
        "event_time": item.event.occurred_at_ms // SECOND_MS,
        "event_id": item.id,
        "user": {**without_blanks(ttclid=ttclid), **(user_of(known) if known is not None else {})},
        **without_blanks(properties=_properties(item), page=without_blanks(url=url)),
        "limited_data_use": account.settings.get("limited_data_use") == "true",
    }


def _properties(item: Outgoing) -> dict[str, Any]:
    event, product = item.event, item_id_of(item)
    price = unit_price_fen(item)
    content = without_blanks(
        content_id=product,
        content_name=item.facts.get("product_name"),
        content_category=item.facts.get("product_category"),
        price=None if price is None else yuan(price),
        quantity=event.quantity,
    )
    return without_blanks(
        content_type="product" if product else None,
        content_ids=[product] if product else [],
        contents=[content] if product else [],
        **({} if event.amount_fen is None else {"currency": CURRENCY, "value": yuan(event.amount_fen)}),
        order_id=event.sub_order_id,
    )
