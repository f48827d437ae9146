"""The body that Meta takes. Amounts are yuan with two decimals, times are seconds, the event id is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import SECOND_MS
from hongmao.platforms.media.clicks import click_id_of
from hongmao.platforms.media.meta.identifiers import click_of, user_data_of
from hongmao.platforms.media.payloads import CURRENCY, body_of, item_id_of, unit_price_fen, without_blanks, yuan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, TargetAccount
    from hongmao.platforms.media.consented import Consented, Identifiers

ACTION_SOURCE: Final = "other"
"""An outside shop told us by its server: we saw no browser, and claim none."""


def events_body(account: TargetAccount, items: Sequence[Outgoing], consented: Consented) -> bytes:
    """Write a request. A test carries the code that keeps it out of every report."""
    test = {"test_event_code": account.settings["test_event_code"]} if account.test else {}
    return body_of({"data": [_event(account, item, consented(account, item)) for item in items], **test})


def action_source_of(account: TargetAccount) -> str:
    """Give where the account says that its events happen."""
    return account.settings.get("action_source") or ACTION_SOURCE


def source_url_of(account: TargetAccount, item: Outgoing) -> str:
    """Give the page an event belongs to, where it is known."""
    return item.facts.get("page_url") or account.settings.get("event_source_url") or ""


def _event(account: TargetAccount, item: Outgoing, known: Identifiers | None) -> dict[str, Any]:
    return {
        "event_name": item.event_type,
        "event_time": item.event.occurred_at_ms // SECOND_MS,
        "event_id": item.id,
        "action_source": action_source_of(account),
        **without_blanks(event_source_url=source_url_of(account, item)),
        "user_data": {**(user_data_of(known) if known is not None else {}), **_click(item)},
        **without_blanks(custom_data=_custom_data(item)),
    }


def _click(item: Outgoing) -> dict[str, str]:
    fbclid = click_id_of(item.click) if item.click is not None else None
    return {"fbc": click_of(fbclid, item.click.occurred_at_ms)} if item.click is not None and fbclid else {}


def _custom_data(item: Outgoing) -> dict[str, Any]:
    event, product = item.event, item_id_of(item)
    price = unit_price_fen(item)
    content = without_blanks(id=product, quantity=event.quantity, item_price=None if price is None else yuan(price))
    return without_blanks(
        **({} if event.amount_fen is None else {"currency": CURRENCY, "value": yuan(event.amount_fen)}),
        order_id=event.sub_order_id,
        content_type="product" if product else None,
        content_ids=[product] if product else [],
        content_name=item.facts.get("product_name"),
        contents=[content] if product else [],
        num_items=event.quantity,
    )
