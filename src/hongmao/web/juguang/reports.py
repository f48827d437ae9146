"""Reports: `/jg/data/report/{offline,realtime}/{account,campaign,unit,creativity,keyword}` and offline `note`.

Figures are Hongmao's own: of an account (its merchant) and of notes. Nothing is delivered by campaigns yet, so their rows
would be claims about things that did not happen: below the account, offline lists are empty and realtime data is null.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from hongmao.campaigns.api import Noun, State, read_day
from hongmao.catalog.api import Permission
from hongmao.kernel.time import day_of
from hongmao.web.juguang.campaigns import shown_campaign
from hongmao.web.juguang.doors import Act, Beside, OfAccount, door, page_cut
from hongmao.web.juguang.errors import FieldRefused, NotServed
from hongmao.web.juguang.metrics import WINDOWS, Parts, metrics, part
from hongmao.web.juguang.units import shown_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from hongmao.campaigns.api import Advertiser
    from hongmao.insight.contracts import NoteRow, Overview, ReportQuery
    from hongmao.web.juguang.doors import Call

DAYS_MAX: Final = 31
SPAN_DAYS_MAX: Final = 366
_METRICS: Final = frozenset(
    metrics(
        Parts(
            spend_fen=None,
            impressions=None,
            clicks=None,
            component_clicks=None,
            visits=None,
            orders=dict.fromkeys(WINDOWS),
            gmv_fen=dict.fromkeys(WINDOWS),
        )
    )
)


class Days(OfAccount, frozen=True, kw_only=True):
    """Which days; today where none is named."""

    start_date: str | None = None
    end_date: str | None = None


class Offline(Days, frozen=True, kw_only=True):
    """What an offline report is asked for. A filter that would narrow figures nobody can narrow is refused by name."""

    time_unit: str = "DAY"
    sort_column: str | None = None
    sort: str = "asc"
    page_num: int = 1
    page_size: int = 20
    marketing_strategy: list[int] | None = None
    marketing_target: list[int] | None = None
    bidding_strategy: list[int] | None = None
    optimize_target: list[int] | None = None
    placement: list[int] | None = None
    promotion_target: list[int] | None = None
    build_type: list[int] | None = None
    programmatic: list[int] | None = None
    split_columns: list[str] | None = None


class Realtime(Days, frozen=True, kw_only=True):
    """What a realtime report is asked for: things by name or id."""

    sort_column: str | None = None
    sort: str = "asc"
    page_num: int = 1
    page_size: int = 20
    name: str = ""
    id: int = 0


_FILTERS: Final = (
    "marketing_strategy",
    "marketing_target",
    "bidding_strategy",
    "optimize_target",
    "placement",
    "promotion_target",
    "build_type",
    "programmatic",
    "split_columns",
)


def _account(call: Call, body: Offline) -> object:
    account, days = call.account(body.advertiser_id), _days_asked(call, body)
    rows = [_dated(body, span) | _account_metrics(call, account, span) for span in _spans(body, days)]
    return _listed(rows, body)


def _notes(call: Call, body: Offline) -> object:
    account, days = call.account(body.advertiser_id), _days_asked(call, body)
    rows = [row for span in _spans(body, days) for row in _note_rows(call, account, body, span)]
    return _listed(rows, body)


def _nothing_yet(call: Call, body: Offline) -> object:
    call.account(body.advertiser_id)
    _days_asked(call, body)
    return _listed([], body)


def _account_now(call: Call, body: Days) -> object:
    account = call.account(body.advertiser_id)
    return _account_metrics(call, account, _days_of(call, body))


def _things_now(noun: Noun | None, lists: str, row: Callable[[Call, Any], dict[str, object]]) -> Callable[..., object]:
    def act(call: Call, body: Realtime) -> object:
        account = call.account(body.advertiser_id)
        _days_of(call, body)
        found = [] if noun is None else call.services.campaigns.of(account, noun)
        live = [one for one in found if one.state is not State.DELETED and body.id in {0, one.number}]
        kept = [one for one in live if body.name in one.name]
        cut = page_cut(kept, body.page_num, body.page_size, places=("page_num", "page_size"))
        page = {"page_index": body.page_num, "total_count": len(kept)}
        rows = [{**row(call, one), "data": None} for one in cut]
        return Beside(None, {"page": page, lists: rows, "total_data": None})

    return act


def _days_asked(call: Call, body: Offline) -> tuple[date, date]:
    for place in _FILTERS:
        if getattr(body, place):
            zh, en = (
                "账户与笔记的数字不能按计划属性细分",
                "Figures of accounts and notes cannot be split by a campaign's terms",
            )
            raise NotServed(place=place, instead_zh=zh, instead_en=en)
    if body.time_unit not in {"DAY", "SUMMARY"}:
        raise NotServed(place="time_unit", instead_zh="请用 DAY 或 SUMMARY", instead_en="Use DAY or SUMMARY")
    if body.sort not in {"asc", "desc"}:
        raise FieldRefused(place="sort", why_zh="应为 asc 或 desc", why_en="it should be asc or desc")
    if body.sort_column and body.sort_column not in _METRICS | {"time"}:
        raise FieldRefused(place="sort_column", why_zh="没有这个指标", why_en="there is no such metric")
    first, last = _days_of(call, body)
    if body.time_unit == "DAY" and (last - first).days >= DAYS_MAX:
        why = f"分天最多 {DAYS_MAX} 天，请分段查询或用 SUMMARY"
        raise FieldRefused(
            place="end_date", why_zh=why, why_en=f"by day at most {DAYS_MAX} days: ask in parts, or for a SUMMARY"
        )
    return first, last


def _days_of(call: Call, body: Days) -> tuple[date, date]:
    today = day_of(call.now_ms)
    first = read_day(body.start_date, "start_date") if body.start_date else None
    last = read_day(body.end_date, "end_date") if body.end_date else None
    first = first or last or today
    last = last or max(first, today)
    if not first <= last or (last - first).days >= SPAN_DAYS_MAX:
        why_zh, why_en = (
            f"应不早于 start_date，且不超过 {SPAN_DAYS_MAX} 天",
            f"it should not come before start_date, nor {SPAN_DAYS_MAX} days after",
        )
        raise FieldRefused(place="end_date", why_zh=why_zh, why_en=why_en)
    return first, last


def _spans(body: Offline, days: tuple[date, date]) -> list[tuple[date, date]]:
    first, last = days
    if body.time_unit == "SUMMARY":
        return [days]
    return [(day, day) for day in (first + timedelta(days=at) for at in range((last - first).days + 1))]


def _dated(body: Offline, span: tuple[date, date]) -> dict[str, object]:
    return {"time": span[0].isoformat() if body.time_unit == "DAY" else None}


def _account_metrics(call: Call, account: Advertiser, span: tuple[date, date]) -> dict[str, object]:
    views = {days: _overview(call, account, span, days) for days in WINDOWS}
    whole = views[15]
    steps = {step.name: step.count for step in whole.steps}
    paid = {days: {step.name: step.count for step in view.steps}["purchases"] for days, view in views.items()}
    return metrics(
        Parts(
            spend_fen=part(whole.spend),
            impressions=part(steps["impressions"]),
            clicks=part(steps["clicks"]),
            component_clicks=part(steps["component_clicks"]),
            visits=part(steps["visits"]),
            orders={days: part(figure) for days, figure in paid.items()},
            gmv_fen={days: part(view.gmv_gross) for days, view in views.items()},
        )
    )


def _overview(call: Call, account: Advertiser, span: tuple[date, date], window_days: int) -> Overview:
    return call.services.insight.overview(account.tenant, _query(call, span, window_days), account.merchant)


def _query(call: Call, span: tuple[date, date], window_days: int) -> ReportQuery:
    first, last = (day.isoformat() for day in span)
    return call.services.insight.read_query(from_day=first, to_day=last, window=f"{window_days}d", scope="all")


def _note_rows(call: Call, account: Advertiser, body: Offline, span: tuple[date, date]) -> list[dict[str, object]]:
    insight = call.services.insight
    by_window: dict[int, dict[str, NoteRow]] = {
        days: {row.note: row for row in insight.notes(account.tenant, _query(call, span, days), account.merchant)}
        for days in WINDOWS
    }
    return [{**_dated(body, span), "note_id": note, **_note_metrics(note, by_window)} for note in sorted(by_window[15])]


def _note_metrics(note: str, by_window: dict[int, dict[str, NoteRow]]) -> dict[str, object]:
    whole = by_window[15][note]
    rows = {days: found.get(note) for days, found in by_window.items()}
    return metrics(
        Parts(
            spend_fen=part(whole.spend),
            impressions=part(whole.impressions),
            clicks=part(whole.clicks),
            component_clicks=part(whole.component_clicks),
            visits=part(whole.visits),
            orders={days: None if row is None else part(row.purchases) for days, row in rows.items()},
            gmv_fen={days: None if row is None else part(row.gmv_gross) for days, row in rows.items()},
        )
    )


def _listed(rows: list[dict[str, object]], body: Offline) -> object:
    if body.sort_column:
        rows = _sorted(rows, body.sort_column, backwards=body.sort == "desc")
    cut = page_cut(rows, body.page_num, body.page_size, places=("page_num", "page_size"))
    return {"data_list": cut, "total_count": len(rows)}


def _sorted(rows: list[dict[str, object]], column: str, *, backwards: bool) -> list[dict[str, object]]:
    """Sort by a column, what is unknown last either way."""
    if column == "time":
        return sorted(rows, key=lambda row: str(row["time"]), reverse=backwards)
    known = [row for row in rows if row[column] is not None]
    unknown = [row for row in rows if row[column] is None]
    return [*sorted(known, key=lambda row: float(str(row[column])), reverse=backwards), *unknown]


def _campaign_row(call: Call, one: Any) -> dict[str, object]:
    return {"base_campaign_dto": shown_campaign(one, call.services.campaigns.state(one))}


def _unit_row(_call: Call, one: Any) -> dict[str, object]:
    shown = shown_unit(one)
    renamed = {"unit_id": "id", "unit_name": "name", "unit_enable": "enable", "unit_create_time": "create_time"}
    names = {**{name: shown[source] for name, source in renamed.items()}, "campaign_id": shown["campaign_id"]}
    return {"base_unit_dto": {**names, "event_bid": shown.get("event_bid")}}


def _creativity_row(_call: Call, one: Any) -> dict[str, object]:
    base = {"creativity_id": one.number, "creativity_name": one.name, "unit_id": one.parent}
    return {"base_creativty_dto": {**base, "creative_enable": int(one.state is State.ON), "note_id": one.terms.note_id}}


_OFFLINE: Final = "/jg/data/report/offline"
_REALTIME: Final = "/jg/data/report/realtime"
_READ: Final = Permission.READ_REPORTS
routes = [
    door(f"{_OFFLINE}/account", Act("POST", _READ, Offline, _account)),
    door(f"{_OFFLINE}/note", Act("POST", _READ, Offline, _notes)),
    *(
        door(f"{_OFFLINE}/{level}", Act("POST", _READ, Offline, _nothing_yet))
        for level in ("campaign", "unit", "creativity", "keyword")
    ),
    door(f"{_REALTIME}/account", Act("POST", _READ, Days, _account_now)),
    door(
        f"{_REALTIME}/campaign",
        Act("POST", _READ, Realtime, _things_now(Noun.CAMPAIGN, "campaign_dtos", _campaign_row)),
    ),
    door(f"{_REALTIME}/unit", Act("POST", _READ, Realtime, _things_now(Noun.UNIT, "unit_dtos", _unit_row))),
    door(
        f"{_REALTIME}/creativity",
        Act("POST", _READ, Realtime, _things_now(Noun.CREATIVITY, "creativity_dtos", _creativity_row)),
    ),
    door(f"{_REALTIME}/keyword", Act("POST", _READ, Realtime, _things_now(None, "keyword_dtos", _unit_row))),
]
