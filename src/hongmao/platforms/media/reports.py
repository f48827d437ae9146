"""What 聚光 and 蒲公英 reckon themselves, by export: one row a note and day becomes one cell of their own report.

Nothing here can count these figures again, so they stay aggregates (decision 0011). Columns are read by their Chinese names
or by those of the market's report interface; a blank figure is unknown and left out, never zero, and a total row is nothing.
Rates, costs and averages of an export are not read: they are made again from these parts (ATTR-6).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import Cells, FieldFault, ReportCell, RowProblem, made_id, read_cells, snapshot_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import FileHead, PlatformAccount

_SLICES: Final = ("campaign", "unit", "placement")
_KEYS: Final[Mapping[str, Sequence[str]]] = {
    "day": ("时间", "日期", "time", "统计日期"),
    "note": ("笔记ID", "note_id", "noteId"),
    "campaign": ("计划ID", "计划名称", "campaign_id"),
    "unit": ("单元ID", "单元名称", "unit_id"),
    "placement": ("投放位置", "placement"),
}


class NoteReport:
    """A table of notes by day. Rows of one note and day are told apart by campaign, unit and placement."""

    def __init__(
        self,
        name: str,
        *,
        counts: Mapping[str, Sequence[str]],
        amounts: Mapping[str, Sequence[str]],
        required: Sequence[str],
    ) -> None:
        """Read `counts`, figure -> the headers it goes by, and `amounts` in yuan, whose figures end with `_fen`."""
        self.name = name
        self.required = required
        self.aliases: Mapping[str, Sequence[str]] = {**_KEYS, **counts, **amounts}
        self._counts = tuple(counts)
        self._amounts = tuple(amounts)

    def read(
        self,
        row: Mapping[str, str],
        *,
        place: str,
        head: FileHead,
        account: PlatformAccount,  # noqa: ARG002 - the port's signature; the report is the same for every account
    ) -> Sequence[ReportCell | RowProblem]:
        """Read one row as one cell."""
        return read_cells(row, lambda cells: (self._cell(cells, head),), place=place, totals=("day", "note"))

    def _cell(self, cells: Cells, head: FileHead) -> ReportCell:
        day, note = cells.day("day"), cells.id("note")
        if note is None:
            raise FieldFault("missing_field", "note")
        values, _ = cells.figures(self._counts, self._amounts)
        key = made_id(":".join(part for part in (day, note, _slice(cells)) if part), "note")
        return ReportCell(
            report=self.name,
            key=key,
            day=day,
            version=snapshot_version(head.snapshot_ms),
            values=values,
            raw=cells.raw,
            note=note,
        )


def _slice(cells: Cells) -> str:
    """Name what tells rows of one note and day apart; "" where nothing does."""
    told = [cells.text(name) or "" for name in _SLICES]
    return hashlib.blake2b("\n".join(told).encode(), digest_size=6).hexdigest() if any(told) else ""


JUGUANG_DAILY: Final = NoteReport(
    "juguang_daily",
    required=("day", "note", "spend", "clicks"),
    amounts={
        "spend": ("消费", "fee", "消耗"),
        "presale_gmv": ("7日预售订单金额", "presale_order_gmv_7d"),
        "rgmv": ("7日支付金额", "rgmv"),
        "purchase_gmv": ("7日支付金额(按转化时间)", "purchase_order_gmv_7d"),
        "live_rgmv": ("直播间支付金额", "clk_live_room_rgmv"),
    },
    counts={
        "clicks": ("点击量", "click"),
        "reserve_pv": ("直播预约量", "reserve_pv"),
        "live_entries": ("直播间观看次数", "clk_live_entry_pv"),
        "live_follows": ("直播间关注次数", "clk_live_all_follow"),
        "live_entries_5s": ("直播间有效观看次数", "clk_live_5s_entry_pv"),
        "live_viewers_5s": ("直播间有效观看人数", "clk_live_5s_entry_uv"),
        "live_comments": ("直播间评论次数", "clk_live_comment"),
        "search_cmt_clicks": ("搜索组件点击量", "search_cmt_click"),
        "search_cmt_after_reads": ("搜后阅读量", "search_cmt_after_read"),
        "goods_visits": ("商品访客量", "goods_visit"),
        "seller_visits": ("店铺访问量", "seller_visit"),
        "in_site_carts": ("商品加购量", "shopping_cart_add"),
        "presale_order_num_7d": ("7日预售订单量", "presale_order_num_7d"),
        "goods_orders": ("7日下单订单量", "goods_order"),
        "success_goods_orders": ("7日支付订单量", "success_goods_order"),
        "purchase_orders_7d": ("7日支付订单量(按转化时间)", "purchase_order_num_7d"),
        "live_orders": ("直播间支付订单量", "clk_live_room_order_num"),
        "leads": ("表单提交量", "leads"),
        "landing_page_visits": ("落地页访问量", "landing_page_visit"),
        "leads_button_impressions": ("表单按钮曝光量", "leads_button_impression"),
        "valid_leads": ("有效表单量", "valid_leads"),
        "phone_calls": ("电话拨打", "phone_call_cnt"),
        "phone_calls_succeeded": ("电话拨打成功", "phone_call_succ_cnt"),
        "wechat_copies": ("微信复制", "wechat_copy_cnt"),
        "wechat_copies_succeeded": ("微信加为好友成功", "wechat_copy_succ_cnt"),
        "identity_certs": ("身份认证", "identity_cert_cnt"),
        "commodity_buys": ("商品购买", "commodity_buy_cnt"),
        "message_users": ("私信进线人数", "message_user"),
        "messages": ("私信进线数", "message"),
        "message_consults": ("私信咨询数", "message_consult"),
        "initiative_messages": ("私信开口数", "initiative_message"),
        "msg_leads": ("私信留资数", "msg_leads_num"),
        "external_leads": ("外部表单提交量", "external_leads"),
    },
)
PGY_NOTE: Final = NoteReport(
    "pgy_note",
    required=("day", "note", "reads", "seeding_value"),
    amounts={"spend": ("笔记消耗", "消耗")},
    counts={
        "reads": ("阅读量", "read_num"),
        "seeding_value": ("种草值",),
        "origin_imp": ("自然曝光量", "origin_imp"),
        "heat_imp": ("加热曝光量", "heat_imp"),
        "promotion_imp": ("推广曝光量", "promotion_imp"),
    },
)
PGY_ORDERS: Final = NoteReport(
    "pgy_orders",
    required=("day", "note", "creator"),
    amounts={"creator": ("达人报价", "合作费用", "博主报价"), "service": ("平台服务费", "服务费")},
    counts={},
)
SHUTIAO_ORDERS: Final = NoteReport(
    "shutiao_orders",
    required=("day", "note", "spend"),
    amounts={"spend": ("薯条消耗", "薯条消费")},
    counts={},
)
REPORTS: Final = (JUGUANG_DAILY, PGY_NOTE, PGY_ORDERS, SHUTIAO_ORDERS)
