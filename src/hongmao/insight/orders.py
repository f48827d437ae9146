"""The list of orders: one line each, net of its refunds, with the note that earned it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import OrderRow
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.rules import order_status, settle

if TYPE_CHECKING:
    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.names import Names
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight

ORDERS_MAX = 1_000


class _Row(msgspec.Struct, frozen=True):
    platform: str
    order_id: str
    merchant: str | None
    shop: str | None
    sub_orders: int
    ordered_at_ms: int
    paid: bool
    deposited: bool
    arrived: bool
    gross_fen: int | None
    gross_unknown: int
    refunds: int
    refunded_fen: int | None
    refunds_unknown: int
    note: str | None
    click_id: str | None
    clicked_at_ms: int | None


def order_rows(
    queries: Queries, names: Names, sight: Sight, query: ReportQuery, limit: int, *, version: int
) -> tuple[OrderRow, ...]:
    """List the orders whose first act fell into the range, newest first; the note is the one credited by the window."""
    rows = queries.read(
        "orders",
        _Row,
        tenant=sight.tenant,
        merchant=sight.merchant,
        order_id=None,
        platform=None,
        definition=CREDIT_BY,
        version=version,
        window=query.window,
        from_day=query.from_day.isoformat(),
        to_day=query.to_day.isoformat(),
        limit=max(0, min(limit, ORDERS_MAX)),
    )
    return tuple(_written(row, names) for row in rows)


def _written(row: _Row, names: Names) -> OrderRow:
    worth = settle(
        gross_fen=row.gross_fen,
        gross_unknown=row.gross_unknown > 0,
        refunds=row.refunds,
        refunded_fen=row.refunded_fen,
        refunds_unknown=row.refunds_unknown,
    )
    return OrderRow(
        platform=row.platform,
        order_id=row.order_id,
        merchant=row.merchant,
        shop=row.shop,
        sub_orders=row.sub_orders,
        ordered_at_ms=row.ordered_at_ms,
        paid_fen=worth.gross_fen,
        refunded_fen=worth.refunded_fen,
        net_fen=worth.net_fen,
        partial=worth.partial,
        status=order_status(
            paid=row.paid,
            deposited=row.deposited,
            arrived=row.arrived,
            refunds=row.refunds,
            gross_fen=worth.gross_fen,
            refunded_fen=worth.refunded_fen,
        ),
        note=row.note,
        note_title=names.note_title(row.note),
        click_id=row.click_id,
        clicked_at_ms=row.clicked_at_ms,
    )
