"""The market's metric names over Hongmao's figures. What no event here tells is null and never 0; sums of money are yuan as text.

Rates are percent without the sign (`6.38`), as `推广点击量/推广展现量*100%` reads; a rate or cost without a divisor is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.insight.contracts import Figure

WINDOWS: Final = (7, 15, 30)
"""归因窗口 of off-site orders, in days."""
_UNKNOWN: Final = """
like comment collect follow share interaction cpi screenshot pic_save reserve_pv clk_live_entry_pv
clk_live_entry_pv_cost clk_live_avg_view_time clk_live_all_follow clk_live_5s_entry_pv
clk_live_5s_entry_uv_cost clk_live_comment search_cmt_click search_cmt_click_cvr search_cmt_after_read
search_cmt_after_read_avg goods_visit goods_visit_price seller_visit seller_visit_price shopping_cart_add
add_cart_price presale_order_num_7d presale_order_gmv_7d goods_order goods_order_price rgmv roi
success_goods_order click_order_cvr purchase_order_price_7d purchase_order_gmv_7d purchase_order_roi_7d
clk_live_room_order_num live_averate_order_cost clk_live_room_rgmv clk_live_room_roi leads leads_cpl
landing_page_visit leads_button_impression valid_leads valid_leads_cpl leads_cvr phone_call_cnt
phone_call_succ_cnt wechat_copy_cnt wechat_copy_succ_cnt identity_cert_cnt commodity_buy_cnt message_user
message message_consult initiative_message message_consult_cpl initiative_message_cpl msg_leads_num
msg_leads_cost external_leads external_leads_cpl word_avg_location word_impression_rank_first
word_impression_rate_first word_impression_rank_third word_impression_rate_third word_click_rank_first
word_click_rate_first word_click_rank_third word_click_rate_third invoke_app_open_cnt invoke_app_open_cost
invoke_app_engagement_cnt invoke_app_engagement_cost search_invoke_button_click_cnt
search_invoke_button_click_cost
"""
UNKNOWN: Final = tuple(_UNKNOWN.split())
"""Metrics that Hongmao has no figure for: null in every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What happened, in whole numbers; None is unknown. `orders` and `gmv_fen` stand by window."""

    spend_fen: int | None
    impressions: int | None
    clicks: int | None
    component_clicks: int | None
    visits: int | None
    orders: Mapping[int, int | None]
    gmv_fen: Mapping[int, int | None]


def part(figure: Figure) -> int | None:
    """Give a count or an amount in fen; None where unknown."""
    return figure.numerator if figure.known else None


def metrics(parts: Parts) -> dict[str, object]:
    """Write every metric of the market's report."""
    fee, click = parts.spend_fen, parts.clicks
    told: dict[str, object] = dict.fromkeys(UNKNOWN)
    told |= {
        "fee": yuan(fee),
        "impression": parts.impressions,
        "click": click,
        "ctr": percent(click, parts.impressions),
        "acp": yuan_each(fee, click),
        "cpm": yuan_each(None if fee is None else fee * 1_000, parts.impressions),
        "action_button_click": parts.component_clicks,
        "action_button_ctr": percent(parts.component_clicks, click),
        "external_goods_visit_24h": parts.component_clicks,
        "external_goods_visit_rate_24h": percent(parts.component_clicks, click),
        "invoke_app_enter_store_cnt": parts.visits,
        "invoke_app_enter_store_cost": yuan_each(fee, parts.visits),
        "invoke_app_payment_cnt": parts.orders[15],
        "invoke_app_payment_cost": yuan_each(fee, parts.orders[15]),
    }
    for days in WINDOWS:
        orders, gmv = parts.orders[days], parts.gmv_fen[days]
        told |= {
            f"external_goods_order_{days}": orders,
            f"external_rgmv_{days}": yuan(gmv),
            f"external_goods_order_price_{days}": yuan_each(fee, orders),
            f"external_goods_order_rate_{days}": percent(orders, click),
            f"external_roi_{days}": ratio(gmv, fee),
        }
    return told


def yuan(fen: int | None) -> str | None:
    """Write fen as yuan.

    >>> yuan(269423)
    '2694.23'
    """
    return None if fen is None else f"{Decimal(fen).scaleb(-2):.2f}"


def yuan_each(fen: int | None, count: int | None) -> str | None:
    """Write what one cost, in yuan; unknown without a divisor.

    >>> yuan_each(269423, 25)
    '107.77'
    """
    return ratio(fen, None if count is None else count * 100)


def percent(part_count: int | None, whole_count: int | None) -> str | None:
    """Write a rate in percent.

    >>> percent(2021, 31671)
    '6.38'
    """
    return ratio(None if part_count is None else part_count * 100, whole_count)


def ratio(above: int | None, below: int | None) -> str | None:
    """Write a quotient with two places, halves away from zero; unknown without a divisor."""
    if above is None or not below:
        return None
    return str((Decimal(above) / Decimal(below)).quantize(Decimal("0.01"), ROUND_HALF_UP))
