"""The bodies that 聚光 takes: `/conversion` by click id, `/app` by 口令码. One record for each sub-order, amounts in fen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import Kind
from hongmao.platforms.media.clicks import callback_of, click_id_of
from hongmao.platforms.media.juguang.identifiers import device_md5
from hongmao.platforms.media.juguang.signing import sign_app
from hongmao.platforms.media.payloads import body_of, is_order, item_id_of, unit_price_fen, without_blanks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import Outgoing, TargetAccount
    from hongmao.platforms.media.consented import Identifiers

APP_VERSION: Final = "1.0"
_COUNTED_ONE_BY_ONE: Final = frozenset({"taobao", "tmall"})  # a record of a 子订单 counts 1, whatever its quantity
_PAYS: Final = frozenset({Kind.PAY, Kind.PRESALE_BALANCE})


def conversion_body(account: TargetAccount, item: Outgoing, platforms: Mapping[str, str]) -> bytes:
    """Write a return by click id."""
    told = account.settings
    click_id = click_id_of(item.click) if item.click is not None else None
    context: dict[str, Any] = {"ad": {"callback_param": callback_of(item.click)}}
    if product := _product(item):
        context["product"] = product
    return body_of(
        {
            **without_blanks(app_id=told.get("app_id")),
            "access_token": told["access_token"],
            "event_type": int(item.event_type),
            "timestamp": item.event.occurred_at_ms,
            "click_id": click_id,
            "platform": platform_name(account, item, platforms),
            "context": context,
        }
    )


def app_body(account: TargetAccount, item: Outgoing, known: Identifiers | None, *, now_ms: int) -> bytes:
    """Write a return by 口令码; `for_test` keeps it out of every report."""
    told = account.settings
    advertiser = told["advertiser_id"]
    return body_of(
        {
            "advertiser_id": advertiser,
            "version": APP_VERSION,
            "timestamp": now_ms,
            **without_blanks(
                oaid_md5=device_md5(known.oaid.strip()) if known else "",
                caid_md5=device_md5(known.caid.strip()) if known else "",
                token_code=item.facts.get("token_code"),
            ),
            "event_type": int(item.event_type),
            "conv_time": item.event.occurred_at_ms,
            **without_blanks(report_source=told.get("report_source")),
            "for_test": account.test,
            "access_token": told["access_token"],
            "sign": sign_app(advertiser_id=advertiser, timestamp_ms=now_ms, version=APP_VERSION),
        }
    )


def platform_name(account: TargetAccount, item: Outgoing, platforms: Mapping[str, str]) -> str:
    """Name the shop platform as 聚光 does. Names of others are free: the account's word, or ours by the same pattern."""
    platform = item.event.platform or item.event.source
    return account.settings.get("platform_name") or platforms.get(platform) or f"{platform}电商平台"


def _product(item: Outgoing) -> dict[str, Any]:
    """Tell of the product. A negative sample names its order and no amount, which would read as a second deal."""
    event, facts = item.event, item.facts
    paid = event.kind in _PAYS
    return without_blanks(
        order_id=event.sub_order_id,
        order_count=_count(item) if paid and is_order(event) else None,
        pay_amount=event.amount_fen if paid else None,
        product_id=item_id_of(item),
        product_name=facts.get("product_name"),
        product_price=unit_price_fen(item),
        product_category=facts.get("product_category"),
        image_url=facts.get("image_url"),
        shop_name=facts.get("shop_name"),
    )


def _count(item: Outgoing) -> int:
    return 1 if item.event.platform in _COUNTED_ONE_BY_ONE else item.event.quantity or 1
