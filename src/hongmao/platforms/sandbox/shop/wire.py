"""The row the shop sends for one event: all keys always there, null where they do not apply."""

from __future__ import annotations

from typing import Literal

import msgspec

WireType = Literal[
    "open",  # 打开
    "visit",  # 进店
    "cart",  # 加购
    "favourite",  # 收藏
    "follow",  # 关注
    "order",  # 拍下
    "pay",  # 支付
    "refund",  # 退款
    "presale_deposit",  # 预售定金
    "presale_balance",  # 预售尾款
    "receive",  # 收货
]


class WireEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it leaves the shop. There is no field for the buyer, and there will be none."""

    event_no: str
    type: WireType
    version: int = 1
    occurred_at_ms: int
    click_id: str | None
    shop_id: str
    item_id: str | None = None
    pay_item_id: str | None = None
    order_id: str | None = None
    sub_order_id: str | None = None
    refund_id: str | None = None
    quantity: int | None = None
    amount_fen: int | None = None
    deposit_fen: int | None = None
    new_visitor: bool | None = None
