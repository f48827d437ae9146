"""What a row means and what becomes of it: pure decisions, so that order, repetition and batching change nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.api import check
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.time import HOUR_MS, Window
from hongmao.returns.contracts import LATE_AFTER_HOURS, ReportCellRecord, Row

if TYPE_CHECKING:
    from hongmao.catalog.contracts import Shop
    from hongmao.kernel.ids import ItemId
    from hongmao.returns.contracts import ReportCell, Told

CONTENT_CHARS = 16
_ID: Final = re.compile(ID_PATTERN)
_CLICK_ID: Final = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
_IN_OUR_WORDS: Final = {"time_too_old": "too_old", "time_in_future": "in_future"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who sent a delivery, once proved, and when it came."""

    platform: str
    account: str
    tenant: str
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What the catalogue says about a row's shop and items; None where it knows none."""

    shop: Shop
    item: ItemId | None
    pay_item: ItemId | None


def row_event_id(source: Source, row: Row) -> str:
    """Name a row's event by what it is and not by when it came: platform, account, sub-order, event, version (ABUSE-6).

    The colon keeps the id out of reach of clients. A row without a sub-order (进店, 加购, ...) is told apart by the shop's
    event number alone; two refunds of one sub-order by their refund ids.
    """
    return f"ret:{_digest(source.platform, source.account, row.sub_order_id, row.kind.value, _ref(row), row.version)}"


def batch_event_id(platform: str, account: str, nonce: str) -> str:
    """Name the record of a delivery by its nonce, so that the log itself refuses a replay."""
    return f"rtb:{_digest(platform, account, nonce)}"


def quarantine_event_id(source: Source, raw: str, reason: str) -> str:
    """Name a quarantined row by its text: the same broken row sent ten times is kept once."""
    return f"rtq:{_digest(source.platform, source.account, reason, raw)}"


def event_of(source: Source, row: Row, goods: Goods) -> Event:
    """Write a row as an event. No buyer and no reader: the click id is all that ties it to anybody (PRIV-2)."""
    return Event(
        event_id=row_event_id(source, row),
        kind=row.kind,
        occurred_at_ms=row.occurred_at_ms,
        received_at_ms=source.now_ms,
        source=source.platform,
        tenant=source.tenant,
        note=row.note,
        merchant=goods.shop.merchant,
        shop=goods.shop.id,
        item=_item(source, goods.item, row.platform_item_id),
        # A mangled click id that no field can hold is in the record of the delivery, with its reason.
        click_id=_click_id(row.click_id),
        click_by=row.click_by,
        async_click_id=_click_id(row.async_click_id),
        platform=source.platform,
        order_id=row.order_id,
        sub_order_id=row.sub_order_id,
        ref=_ref(row),
        version=row.version,
        pay_item=_item(source, goods.pay_item, row.platform_pay_item_id),
        quantity=row.quantity,
        amount_fen=_amount_fen(row),
        deposit_fen=row.deposit_fen,
        commission_fen=row.commission_fen,
        claimed_elsewhere=row.claimed_elsewhere,
        price_compare=row.price_compare,
        new_visitor=row.new_visitor,
    )


def cell_event_id(source: Source, cell: ReportCell) -> str:
    """Name a report's cell by its key and snapshot, so that one export is kept once and a later one stands beside it."""
    return f"rpc:{_digest(source.platform, source.account, cell.report, cell.key, cell.version)}"


def event_of_cell(source: Source, cell: ReportCell, goods: Goods | None) -> Event:
    """Write a report's cell as an event of the day it is booked on. It names no click and no order (0011)."""
    record = ReportCellRecord(
        report=cell.report,
        key=cell.key,
        account=source.account,
        values=cell.values,
        window_days=cell.window_days,
        sample_ratio=cell.sample_ratio,
        marks=cell.marks,
    )
    return Event(
        event_id=cell_event_id(source, cell),
        kind=Kind.REPORT_CELL,
        occurred_at_ms=_start_of(cell.day),
        received_at_ms=source.now_ms,
        source=source.platform,
        tenant=source.tenant,
        note=cell.note,
        merchant=None if goods is None else goods.shop.merchant,
        shop=None if goods is None else goods.shop.id,
        item=None if goods is None else _item(source, goods.item, cell.platform_item_id),
        line=cell.line,
        platform=source.platform,
        ref=_digest(cell.report, cell.key),
        version=cell.version,
        detail=msgspec.json.encode(record).decode(),
    )


def unknown_items(row: Row, goods: Goods) -> bool:
    """Tell whether the row names an item that the catalogue does not know. It is kept under the shop's own id."""
    item = row.platform_item_id is not None and goods.item is None
    return item or (row.platform_pay_item_id is not None and goods.pay_item is None)


def fault_of(event: Event, *, now_ms: int) -> tuple[str, str] | None:
    """Name why an event cannot be used, as (code, place): `too_old` beyond 120 days (ATTR-10), `in_future`, ..."""
    faults = check(event, now_ms=now_ms)
    if not faults:
        return None
    return _IN_OUR_WORDS.get(faults[0].code, faults[0].code), str(faults[0].params.get("place", ""))


def is_late(row: Row, *, now_ms: int) -> bool:
    """Tell whether a row came more than a day after it happened. It counts all the same."""
    return now_ms - row.occurred_at_ms > LATE_AFTER_HOURS * HOUR_MS


def content_of(told: Told) -> str:
    """Fingerprint what a row or a cell says, whatever its spelling."""
    names = (name for name in type(told).__struct_fields__ if name != "raw")
    return _digest(*(getattr(told, name) for name in names))[:CONTENT_CHARS]


def _start_of(day: str) -> int:
    """Give a day's first instant; one that no calendar has lies before every event, and is judged as such."""
    try:
        return Window.of_day(date.fromisoformat(day)).start_ms
    except (ValueError, OverflowError):
        return 0


def _digest(*parts: object) -> str:
    """Name a list of facts by 128 bits: a JSON array keeps `["a", "b"]` apart from `["ab"]` and None from "null"."""
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()


def _ref(row: Row) -> str | None:
    if row.kind is Kind.REFUND:
        return row.refund_id or row.event_no
    return None if row.sub_order_id else row.event_no


def _click_id(told: str | None) -> str | None:
    return told if told and _CLICK_ID.fullmatch(told) else None


def _amount_fen(row: Row) -> int | None:
    """A presale balance is kept as the order's whole value: its payment and the deposit before it."""
    if row.kind is Kind.PRESALE_BALANCE and row.amount_fen is not None and row.deposit_fen is not None:
        return row.amount_fen + row.deposit_fen
    return row.amount_fen


def _item(source: Source, known: ItemId | None, platform_item_id: str | None) -> str | None:
    if known is not None or platform_item_id is None:
        return known
    own = f"{source.platform}:{platform_item_id}"
    return own if _ID.fullmatch(own) else None
