"""Vipshop's exports, which is how 小红链 begins: orders by goods, the visits that a sandbox adds, the daily report.

No export of Vipshop's was seen. The columns follow the fields of its union's interface in the words of the trade; another
name is met by an alias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import (
    Cells,
    FieldFault,
    Kind,
    ReportCell,
    Row,
    RowProblem,
    click_of,
    made_id,
    needed,
    read_cells,
    snapshot_version,
    version_of,
)
from hongmao.platforms.vip.goods import Back, GoodsLine, Names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.platforms.api import FileHead, PlatformAccount

NAMES: Final = Names(
    state="state",
    amount="amount",
    placed="placed",
    signed="signed",
    settled="settled",
    changed="changed",
    back="back_at",
    fee="fee",
)
_ACTS: Final = {"打开": Kind.OPEN, "进店": Kind.VISIT, "加购": Kind.CART, "收藏": Kind.FAVOURITE}
_YES_NO: Final = {"是": True, "否": False}
_COUNTS: Final = ("impressions", "clicks", "visits", "new_visitors", "carts", "orders")
_AMOUNTS: Final = ("spend", "gmv", "refund")


class VipOrders:
    """订单明细: one row a goods and size of an order, as it stands."""

    name = "vip_orders"
    aliases: Mapping[str, Sequence[str]] = {
        "order_sn": ("订单号", "订单编号"),
        "goods_id": ("商品ID", "商品编号"),
        "size_id": ("尺码ID", "商品规格ID"),
        "goods_name": ("商品名称",),
        "shop": ("品牌编号", "店铺ID"),
        "state": ("订单状态", "订单子状态"),
        "quantity": ("商品数量", "数量"),
        "amount": ("商品计佣金额", "成交金额", "支付金额"),
        "fee": ("商品佣金金额", "佣金金额"),
        "placed": ("下单时间",),
        "paid": ("付款时间", "支付时间"),
        "signed": ("签收时间",),
        "settled": ("结算时间",),
        "changed": ("最后更新时间", "更新时间"),
        "stat_param": ("自定义统计参数", "statParam"),
        "back_amount": ("售后金额", "退款金额"),
        "back_at": ("售后完成时间", "退款时间"),
    }
    required: Sequence[str] = ("order_sn", "goods_id", "state", "amount", "placed", "stat_param")

    def read(
        self,
        row: Mapping[str, str],
        *,
        place: str,
        head: FileHead,  # noqa: ARG002 - the port's signature; an order says itself when it changed
        account: PlatformAccount,
    ) -> Sequence[Row | RowProblem]:
        """Read one row: every fact that its state proves. A total row is nothing."""
        shop = account.settings.get("shop", "")
        return read_cells(row, lambda cells: _line(cells, shop).facts(), place=place, totals=("order_sn",))


class VipVisits:
    """访问明细: what readers did before they bought. Only the sandbox writes it."""

    name = "vip_visits"
    aliases: Mapping[str, Sequence[str]] = {
        "act_id": ("行为编号",),
        "act": ("行为",),
        "at": ("行为时间",),
        "shop": ("品牌编号", "店铺ID"),
        "goods_id": ("商品ID",),
        "is_new": ("是否新访客",),
        "stat_param": ("自定义统计参数",),
    }
    required: Sequence[str] = ("act_id", "act", "at", "stat_param")

    def read(
        self,
        row: Mapping[str, str],
        *,
        place: str,
        head: FileHead,  # noqa: ARG002 - same
        account: PlatformAccount,
    ) -> Sequence[Row | RowProblem]:
        """Read one row as one act."""
        return read_cells(
            row, lambda cells: _acts(cells, account.settings.get("shop", "")), place=place, totals=("act_id",)
        )


class VipDaily:
    """小红链日报: one row a note and day, as cells."""

    name = "vip_daily"
    aliases: Mapping[str, Sequence[str]] = {
        "day": ("日期", "统计日期"),
        "note": ("笔记ID", "笔记id"),
        "shop": ("品牌编号", "店铺ID"),
        "spend": ("消费", "消耗", "花费"),
        "impressions": ("展现量", "曝光量"),
        "clicks": ("点击量", "点击"),
        "visits": ("进店UV", "进店量"),
        "new_visitors": ("新访客", "新访客UV"),
        "carts": ("加购量", "加购"),
        "orders": ("成交订单数", "订单数"),
        "gmv": ("成交金额", "GMV"),
        "refund": ("退款金额",),
        "roi": ("ROI", "成交ROI"),
    }
    required: Sequence[str] = ("day", "note")

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> Sequence[ReportCell | RowProblem]:
        """Read one row as one cell. A blank figure is unknown and left out, never zero; a total row is nothing."""
        return read_cells(row, lambda cells: (_cell(cells, head, account),), place=place)


ORDERS: Final = VipOrders()
VISITS: Final = VipVisits()
DAILY: Final = VipDaily()


def _line(cells: Cells, shop: str) -> GoodsLine:
    return GoodsLine(
        names=NAMES,
        raw=cells.raw,
        order_sn=needed(cells.id("order_sn"), "order_sn"),
        goods_id=needed(cells.id("goods_id"), "goods_id"),
        size_id=cells.id("size_id"),
        shop=needed(cells.id("shop") or shop or None, "shop"),
        state=needed(cells.text("state"), "state"),
        quantity=cells.pieces("quantity"),
        amount_fen=cells.fen("amount"),
        fee_fen=cells.fen("fee"),
        click_text=cells.text("stat_param"),
        placed_ms=cells.beijing("placed"),
        paid_ms=cells.beijing("paid"),
        signed_ms=cells.beijing("signed"),
        settled_ms=cells.beijing("settled"),
        changed_ms=cells.beijing("changed"),
        back=_back(cells),
    )


def _back(cells: Cells) -> Back | None:
    """Read 售后: one that is not finished has no time yet, and nothing went back so far."""
    fen, at_ms = cells.fen("back_amount"), cells.beijing("back_at")
    if at_ms is None or not fen:
        return None
    return Back(at_ms=at_ms, amount_fen=fen)


def _acts(cells: Cells, shop: str) -> Iterator[Row]:
    kind = _ACTS.get(needed(cells.text("act"), "act"))
    if kind is None:
        raise FieldFault("unknown_state", "act")
    at_ms, item = needed(cells.beijing("at"), "at"), cells.id("goods_id")
    click_id, problem = click_of(cells.text("stat_param"))
    yield Row(
        kind=kind,
        event_no=needed(cells.id("act_id"), "act_id"),
        occurred_at_ms=at_ms,
        platform_shop_id=needed(cells.id("shop") or shop or None, "shop"),
        raw=cells.raw,
        version=version_of(at_ms, "at"),
        click_id=click_id,
        click_problem=problem,
        click_by=None if click_id is None else "sync",
        platform_item_id=needed(item, "goods_id") if kind in {Kind.CART, Kind.FAVOURITE} else item,
        new_visitor=_YES_NO.get(cells.text("is_new") or "") if kind is Kind.VISIT else None,
    )


def _cell(cells: Cells, head: FileHead, account: PlatformAccount) -> ReportCell:
    day, note = cells.day("day"), needed(cells.id("note"), "note")
    shop = cells.id("shop") or head.facts.get("shop") or account.settings.get("shop") or None
    key = made_id(":".join(part for part in (day, note, shop) if part), "shop")
    values, marks = cells.figures(_COUNTS, _AMOUNTS)
    return ReportCell(
        report="vip_daily",
        key=key,
        day=day,
        version=snapshot_version(head.snapshot_ms),
        values=values,
        raw=cells.raw,
        platform_shop_id=shop,
        note=note,
        marks=marks,
    )
