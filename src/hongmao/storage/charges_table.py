"""Charges as an Arrow table, for engines that join them with the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import select

from hongmao.storage.models import ChargeRow
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from hongmao.storage.database import Database

SCHEMA = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("click_id", pa.string(), nullable=False),
        pa.field("link", pa.string(), nullable=False),
        pa.field("impression", pa.string()),
        pa.field("tenant", pa.string(), nullable=False),
        pa.field("merchant", pa.string()),
        pa.field("note", pa.string(), nullable=False),
        pa.field("line", pa.string(), nullable=False),
        pa.field("funder", pa.string()),
        pa.field("at_ms", pa.int64(), nullable=False),
        pa.field("amount_fen", pa.int64(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)
_READ_MODELS = PlatformScope("read models join every tenant's charges and filter by tenant themselves")
_COLUMNS = (
    ChargeRow.number,
    ChargeRow.event_id,
    ChargeRow.click_id,
    ChargeRow.link_id,
    ChargeRow.impression,
    ChargeRow.tenant_id,
    ChargeRow.merchant_id,
    ChargeRow.note_id,
    ChargeRow.line,
    ChargeRow.funder,
    ChargeRow.at_ms,
    ChargeRow.amount_fen,
    ChargeRow.reason,
)


def charges_table(database: Database, *, after: int = 0) -> pa.Table:
    """Give the charges numbered above `after`, in order of number, all tenants'.

    grain: one row per component click.
    """
    with database.session(_READ_MODELS) as session:
        rows = session.execute(select(*_COLUMNS).where(ChargeRow.number > after).order_by(ChargeRow.number)).all()
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], SCHEMA)
