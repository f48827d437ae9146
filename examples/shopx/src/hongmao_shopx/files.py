"""结算单: what ShopX settled, as its console exports it. A later export of the same line wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.api import FieldFault, Fields, Kind, Row, RowProblem, needed, version_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.platforms.api import FileHead, PlatformAccount


class Settlements:
    """One row a sub-order that is settled."""

    name = "settlements"
    aliases: Mapping[str, Sequence[str]] = {
        "line": ("订单行号", "子订单号"),
        "order": ("订单号", "主订单号"),
        "store": ("店铺ID", "店铺编号"),
        "bought": ("商品ID",),
        "yuan": ("结算金额(元)", "结算金额"),
        "fee": ("服务费(元)", "技术服务费(元)"),
        "at": ("结算时间",),
    }
    required: Sequence[str] = ("line", "order", "store", "yuan", "at")

    def read(
        self,
        row: Mapping[str, str],
        *,
        place: str,
        head: FileHead,
        account: PlatformAccount,  # noqa: ARG002 - the port's signature: a row names its store itself
    ) -> list[Row | RowProblem]:
        """Read one row of the export."""
        raw = ",".join(row.values())
        try:
            return [_settled(Fields(row), raw, head)]
        except FieldFault as fault:
            return [RowProblem(code=fault.code, place=f"{place}: {fault.place}", raw=raw)]


def _settled(row: Fields, raw: str, head: FileHead) -> Row:
    line = needed(row.id("line"), "line")
    return Row(
        kind=Kind.SETTLE,
        event_no=f"{line}.settle",
        occurred_at_ms=needed(row.beijing("at"), "at"),
        platform_shop_id=needed(row.id("store"), "store"),
        raw=raw,
        version=version_of(head.snapshot_ms, "snapshot"),
        platform_pay_item_id=row.id("bought"),
        order_id=needed(row.id("order"), "order"),
        sub_order_id=line,
        amount_fen=needed(row.yuan("yuan"), "yuan"),
        commission_fen=row.yuan("fee"),
    )
