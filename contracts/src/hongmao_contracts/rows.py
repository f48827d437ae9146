"""Rows as samples record them, and what any row must be, whatever it was made of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.catalog.contracts import Shop
from hongmao.events.api import BACK_LINK
from hongmao.kernel.ids import MerchantId, ShopId
from hongmao.platforms.api import AMOUNT_FEN_MAX, Kind, ReportCell, Row, RowProblem

# The rules of the desk are asked themselves: a copy of them here would be right only on the day it was written.
from hongmao.returns.rules import Goods, Source, event_of, fault_of, row_event_id
from hongmao_contracts.promises import broken
from hongmao_contracts.samples import TENANT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Found = Row | RowProblem | ReportCell
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MACRO: Final = re.compile(r"__[A-Za-z0-9_]+__|\$?\{[^{}]*\}")
_NOBODY: Final = re.compile(r"[0-]+|(?i:d41d8cd98f00b204e9800998ecf8427e)")
_THE_DESKS: Final = frozenset({"too_old", "in_future"})
"""Faults that the return desk finds in a row that was read well."""
_AMOUNTS: Final = ("amount_fen", "deposit_fen", "commission_fen")


def recorded(told: Sequence[dict[str, Any]]) -> list[Found]:
    """Read the rows of a sample; `problem` names a broken row, `report` a cell."""
    rows: list[Found] = []
    for index, one in enumerate(told):
        if "problem" in one:
            rows.append(RowProblem(code=str(one["problem"]), place=str(one.get("place", "")), raw=""))
            continue
        try:
            shape: type[ReportCell | Row] = ReportCell if "report" in one else Row
            rows.append(msgspec.convert({**one, "raw": ""}, shape))
        except msgspec.ValidationError as error:
            broken(f"rows[{index}] of the sample is no row: {error}")
    return rows


def differences(got: Sequence[Found], wanted: Sequence[Found]) -> Iterator[str]:
    """Say where rows are not as recorded."""
    if len(got) != len(wanted):
        yield f"{len(got)} rows, {len(wanted)} are recorded"
    for index, (one, other) in enumerate(zip(got, wanted, strict=False)):
        if type(one) is not type(other):
            yield f"rows[{index}] is {_shown(one)}, recorded is {_shown(other)}"
            continue
        for name in one.__struct_fields__:
            mine, theirs = getattr(one, name), getattr(other, name)
            if name != "raw" and mine != theirs:
                yield f"rows[{index}].{name} is {mine!r}, recorded is {theirs!r}"


def faults(rows: Sequence[Found], *, platform: str, now_ms: int) -> Iterator[str]:
    """Say what no row may be: of another type, out of range, with a macro for a click id, without the text it came as."""
    for index, row in enumerate(rows):
        for fault in _faults(row, platform=platform, now_ms=now_ms):
            yield f"rows[{index}]: {fault}"


def event_id(row: Row, *, platform: str, account: str) -> str:
    """Name a row's event as the desk would."""
    return row_event_id(_source(platform, account, 0), row)


def fact_of(row: Row) -> tuple[object, ...]:
    """Name the fact that a row speaks of, whatever its version."""
    if row.sub_order_id is None:
        return (row.kind, row.event_no)
    return (row.kind, row.sub_order_id, row.refund_id if row.kind is Kind.REFUND else None)


def said_by(row: Found) -> tuple[object, ...]:
    """Give all that a row says, but not how it was written."""
    return tuple(getattr(row, name) for name in row.__struct_fields__ if name != "raw")


def amounts_of(row: Found) -> tuple[int | None, ...]:
    """Give the amounts of a row."""
    return tuple(getattr(row, name, None) for name in _AMOUNTS)


def _faults(row: object, *, platform: str, now_ms: int) -> Iterator[str]:
    if not isinstance(row, Row | RowProblem | ReportCell):
        yield f"{type(row).__name__} is no row"
        return
    try:
        # Structs believe what they are given: a bool for a number, a number for a text.
        msgspec.convert(msgspec.to_builtins(row), type(row))
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        yield f"a field is of another type: {error}"
        return
    if not row.raw:
        yield "it does not keep the text it came as"
    if not _writable(row.raw):
        yield "the text it came as cannot be written down"
    match row:
        case RowProblem():
            yield from _problem_faults(row)
        case ReportCell():
            yield from _cell_faults(row)
        case _:
            yield from _row_faults(row, platform, now_ms)


def _problem_faults(problem: RowProblem) -> Iterator[str]:
    if _CODE.fullmatch(problem.code) is None:
        yield f"{problem.code!r} is no stable code"


def _row_faults(row: Row, platform: str, now_ms: int) -> Iterator[str]:
    if row.kind not in BACK_LINK:
        yield f"{row.kind} is nothing that a shop tells"
    if row.click_id is not None and (_MACRO.fullmatch(row.click_id) or _NOBODY.fullmatch(row.click_id)):
        yield f"its click id is {row.click_id!r}, which names no click"
    if row.click_problem is not None and (row.click_id is not None or _CODE.fullmatch(row.click_problem) is None):
        yield f"click_problem {row.click_problem!r} is no code that stands in place of a click id"
    if not row.platform_shop_id:
        yield "it names no shop"
    yield from (
        f"{name} is {amount}, and an amount is never below zero"
        for name, amount in zip(_AMOUNTS, amounts_of(row), strict=True)
        if amount is not None and amount < 0
    )
    source = _source(platform, "account-1", now_ms)
    fault = fault_of(event_of(source, row, _goods(row, platform)), now_ms=now_ms)
    if fault is not None and fault[0] not in _THE_DESKS:
        yield f"the desk refuses it: {fault[0]} at {fault[1]}"


def _cell_faults(cell: ReportCell) -> Iterator[str]:
    if not (cell.report and cell.key):
        yield "it does not name its report and its key"
    if cell.version < 1:
        yield f"its version is {cell.version}"
    if not _is_day(cell.day):
        yield f"{cell.day!r} is no day"
    if cell.sample_ratio is not None and not _is_ratio(cell.sample_ratio):
        yield f"{cell.sample_ratio!r} is no ratio above 0 and at most 1"
    yield from (f"{name} is {value}" for name, value in cell.values.items() if not 0 <= value <= AMOUNT_FEN_MAX)
    yield from (f"{mark!r} is no stable code" for mark in cell.marks if _CODE.fullmatch(mark) is None)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_ratio(text: str) -> bool:
    try:
        return 0 < Decimal(text) <= 1
    except InvalidOperation:
        return False


def _source(platform: str, account: str, now_ms: int) -> Source:
    return Source(platform=platform, account=account, tenant=TENANT, now_ms=now_ms)


def _goods(row: Row, platform: str) -> Goods:
    shop = Shop(
        id=ShopId("shop-1"),
        tenant=TENANT,
        merchant=MerchantId("merchant-1"),
        platform=platform,
        platform_shop_id=row.platform_shop_id,
        name="店",
        home_url="https://shop.example/",
    )
    return Goods(shop=shop, item=None, pay_item=None)


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(row: Found) -> str:
    return f"a problem ({row.code} at {row.place!r})" if isinstance(row, RowProblem) else f"a {type(row).__name__}"
