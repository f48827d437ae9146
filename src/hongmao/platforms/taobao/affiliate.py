"""淘宝联盟 orders, for reconciliation: what a sub-order was settled at, and which service fee (流量专项服务费) was taken.

Asked by time of change. One query may span three hours, on the days of the great sales twenty minutes: `data/peaks.json`
says which days, and where it does not know of one, the platform's own refusal (2007) makes the query shorter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date  # noqa: TC003 - msgspec reads the annotation when the table is decoded
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.platforms.api import (
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    FieldFault,
    Fields,
    Kind,
    Page,
    PullLimits,
    Row,
    RowProblem,
    day_of,
    json_fields,
    needed,
    pull_error,
    unreadable,
    version_of,
)
from hongmao.platforms.taobao.client import TopFault, TopKey, read_answer, rows_of, text_of, top_call
from hongmao.platforms.taobao.fields import TopFields
from hongmao.platforms.taobao.signing import timestamp_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.platforms.api import Caller, PlatformAccount, Window

METHOD: Final = "taobao.tbk.order.details.get"
BY_CHANGE: Final = 4
PAGE_SIZE: Final = 100
SETTLED, PAID, INVALID, SUCCESS = 3, 12, 13, 14
"""`tk_status`: 结算, 付款, 失效, 成功."""

LIMITS: Final = PullLimits(
    span_ms_max=3 * HOUR_MS,
    overlap_ms=3
    * HOUR_MS,  # a last page that came back empty betrays itself by nothing: every row is asked for some times
    settle_ms=5 * MINUTE_MS,
    every_ms=30 * MINUTE_MS,
    per_minute_max=60,  # 40 a second are named for an account with all its tools; a reconciliation is in no such hurry
    lag_ms_max=24 * HOUR_MS,
)
_TOO_LONG: Final = "2007"
_TOKEN: Final = re.compile(r"(?P<start>[0-9]+):(?P<piece>[0-9]+):(?P<page>[0-9]+):(?P<again>[01]):(?P<position>.*)")


class _Peak(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    name: str
    first: date
    last: date


class _Peaks(msgspec.Struct, frozen=True):
    everyday_minutes: int
    peak_minutes: int
    peaks: tuple[_Peak, ...]


@cache
def _peaks() -> _Peaks:
    text = files("hongmao.platforms.taobao").joinpath("data/peaks.json").read_bytes()
    return msgspec.json.decode(text, type=_Peaks)


def piece_ms(start_ms: int, end_ms: int) -> int:
    """Say how long one query within a span may be: short where a great sale touches it."""
    table, first, last = _peaks(), day_of(start_ms), day_of(end_ms - 1)
    is_peak = any(peak.first <= last and first <= peak.last for peak in table.peaks)
    return (table.peak_minutes if is_peak else table.everyday_minutes) * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a span has been read to: which piece of it, which page of the piece, whether the page is asked for again."""

    start_ms: int
    piece_ms: int
    page: int = 1
    is_again: bool = False
    position: str = ""

    @classmethod
    def of(cls, token: str | None, span: Window) -> _Place:
        match = _TOKEN.fullmatch(token or "")
        if match is None:
            return cls(start_ms=span.start_ms, piece_ms=piece_ms(span.start_ms, span.end_ms))
        return cls(
            start_ms=int(match["start"]),
            piece_ms=int(match["piece"]),
            page=int(match["page"]),
            is_again=match["again"] == "1",
            position=match["position"],
        )

    def end_ms(self, span: Window) -> int:
        return min(self.start_ms + self.piece_ms, span.end_ms)

    @property
    def token(self) -> str:
        return f"{self.start_ms}:{self.piece_ms}:{self.page}:{int(self.is_again)}:{self.position}"


class SettlementPull:
    """淘宝联盟's orders by time of change."""

    name = "settlements"
    limits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; the token says which piece of the span and which page of it."""
        place = _Place.of(token, span)
        call = top_call(TopKey.of(account), METHOD, _query(place, span), now_ms=now_ms)
        answer = read_answer(caller.call(call), METHOD)
        short_ms = _peaks().peak_minutes * MINUTE_MS
        if isinstance(answer, TopFault):
            if answer.sub_code == _TOO_LONG and place.piece_ms > short_ms:
                return Page(rows=[], next_token=_Place(start_ms=place.start_ms, piece_ms=short_ms).token)
            raise pull_error(answer, account.platform)
        data = json_fields(bytes(answer.get("data", b"{}")))
        found = None if data is None else rows_of(data.get("results"))
        if data is None or found is None:
            raise unreadable(account.platform, "data 不是约定的结构", "data is not of the agreed shape")
        after = _next(place, span, data, has_rows=bool(found))
        if after is not None and after.is_again:
            return Page(rows=[], next_token=after.token)
        sellers = sellers_of(account.settings)
        refunds = account.settings.get("refunds") == "affiliate"
        rows = [row for raw in found for row in settlement_rows(bytes(raw), sellers, refunds=refunds)]
        return Page(rows=rows, next_token=None if after is None else after.token)


SETTLEMENTS: Final = SettlementPull()


def sellers_of(settings: Mapping[str, str]) -> Mapping[str, str]:
    """Read the setting `sellers`: a JSON object of 掌柜旺旺 -> seller id, because these rows name the shop by its nick only."""
    try:
        return msgspec.json.decode(settings.get("sellers") or "{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def settlement_rows(raw: bytes, sellers: Mapping[str, str], *, refunds: bool = False) -> list[Row | RowProblem]:
    """Read one 淘宝联盟 order. 付款 and 成功 give nothing: what they say, the list of orders has said better."""
    text = raw.decode(errors="replace")
    try:
        return list(_facts(TopFields.of(raw), text, sellers, refunds=refunds))
    except FieldFault as fault:
        return [RowProblem(code=fault.code, place=fault.place, raw=text)]


def _facts(row: Fields, raw: str, sellers: Mapping[str, str], *, refunds: bool) -> Iterator[Row]:
    status = needed(row.whole("tk_status"), "tk_status")
    if status not in {SETTLED, PAID, INVALID, SUCCESS}:
        raise FieldFault("unknown_state", "tk_status")
    row.flag("refund_tag")
    paid_fen = row.yuan("alipay_total_price") or 0
    row.yuan("deposit_price")
    if status in {PAID, SUCCESS} or (status == INVALID and paid_fen == 0):
        return
    fee_fen = row.yuan("platform_special_service_fee")
    is_settled = status == SETTLED
    settled_fen = needed(row.yuan("pay_price"), "pay_price") if is_settled else 0
    settle = _settle(row, raw, sellers, at="tk_earning_time" if is_settled else "modified_time")
    yield msgspec.structs.replace(settle, amount_fen=settled_fen, commission_fen=fee_fen if is_settled else 0)
    if refunds and paid_fen > settled_fen:
        yield _refund(settle, needed(row.beijing("modified_time"), "modified_time"), paid_fen - settled_fen)


def _settle(row: Fields, raw: str, sellers: Mapping[str, str], *, at: str) -> Row:
    nick = needed(row.text("seller_nick"), "seller_nick")
    trade_id = needed(row.id("trade_id"), "trade_id")
    return Row(
        kind=Kind.SETTLE,
        event_no=f"{trade_id}.settle",
        occurred_at_ms=needed(row.beijing(at), at),
        platform_shop_id=sellers.get(nick, nick),
        raw=raw,
        version=version_of(needed(row.beijing("modified_time"), "modified_time"), "modified_time"),
        platform_pay_item_id=row.id("item_id"),
        order_id=needed(row.id("trade_parent_id"), "trade_parent_id"),
        sub_order_id=trade_id,
        quantity=row.pieces("item_num"),
    )


def _refund(settle: Row, at_ms: int, amount_fen: int) -> Row:
    return msgspec.structs.replace(
        settle,
        kind=Kind.REFUND,
        event_no=f"{settle.sub_order_id}.affiliate",
        refund_id="affiliate",
        occurred_at_ms=at_ms,
        quantity=None,
        amount_fen=amount_fen,
        commission_fen=None,
    )


def _query(place: _Place, span: Window) -> dict[str, str | int]:
    end_ms = place.end_ms(span)
    return {
        "query_type": BY_CHANGE,
        "start_time": timestamp_text(place.start_ms),
        # To the second only: rounded up, for a row asked for twice is a duplicate and one never asked for is lost.
        "end_time": timestamp_text(-(-end_ms // SECOND_MS) * SECOND_MS),
        "page_no": place.page,
        "page_size": PAGE_SIZE,
        "position_index": place.position,
        "jump_type": 1 if place.page > 1 else "",
    }


def _next(place: _Place, span: Window, data: dict[str, msgspec.Raw], *, has_rows: bool) -> _Place | None:
    has_next = bytes(data.get("has_next", b"false")) in {b"true", b'"true"'}
    given = text_of(data.get("page_no"))
    is_other_page = given not in {"", str(place.page)}
    if (is_other_page or (has_next and not has_rows)) and not place.is_again:
        return replace(place, is_again=True)
    position = text_of(data.get("position_index"))
    if has_next:
        return replace(place, page=place.page + 1, is_again=False, position=position or place.position)
    end_ms = place.end_ms(span)
    return _Place(start_ms=end_ms, piece_ms=place.piece_ms) if end_ms < span.end_ms else None
