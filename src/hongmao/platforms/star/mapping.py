"""What a row of 小红星 means: cells of a report, the sampled counts apart from the full ones.

A sampled count stands as it was seen, with its ratio beside it; one whose ratio is not told is a problem and no cell, because
without the ratio it would pass for a full count. What is spent outside a task is marked and stays. Versions are days: the
platform reckons anew once a day, so the same day's pulls say the same, and the latest day's wins (ATTR-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.platforms.api import FieldFault, Fields, ReportCell, RowProblem, Window, needed, version_of
from hongmao.platforms.star import rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOTE_REPORT: Final = "star_note"
DAILY_REPORT: Final = "star_daily"
OUT_OF_TASK: Final = "out_of_task"
OVERDUE: Final = "overdue"
IMMATURE: Final = "immature"
NOT_RETURNED: Final = "uv_not_returned"

_KEY_CHARS_MAX = 64
_COUNT_MAX = 10**12
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}")
_DAY: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?")
_NOTE_COUNTS: Final = {
    "star_read_uv": "read_uv",
    "star_cmt_uv": "comment_uv",
    "star_like_uv": "like_uv",
    "star_fav_uv": "collect_uv",
    "star_share_uv": "share_uv",
}
_NOTE_AMOUNTS: Final = {
    "star_total_amount": "spend_fen",
    "star_pgy_total_amount": "creator_fen",
    "star_ads_total_amount": "ads_fen",
}
_ALSO: Final = {
    "note_id": ("noteId",),
    "tb_task_fee": ("tbTaskFee",),
    "outside_shop_visit": ("outsideShopVisit", "outsideSellerPv", "outside_seller_pv"),
    "out_side_seller_pv_15d": ("outSideSellerPv15d", "outside_seller_pv_15d"),
    "tb_note_trans_ratio": ("tbNoteTransRatio", "star_trans_ratio", "dataTransRatio"),
    "third_brief_id": ("thirdBriefId",),
}
"""The names that fields of the daily report go by elsewhere: exports and pages spell them in several ways."""
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What all cells of a row share."""

    report: str
    day: date
    today: date
    """The day of the pull or of the export: by it maturity is judged."""
    note: str
    raw: str
    task: rules.Task | None = None
    slice: str = ""
    """What tells rows of one note and day apart where an export is split finer."""
    marks: tuple[str, ...] = ()
    version: int = 0

    def cell(
        self, kind: str, values: Mapping[str, int], *, window: int | None = None, ratio: Decimal | None = None
    ) -> ReportCell:
        """Make one cell; `kind` tells the cells of a row apart."""
        parts = (self.day.isoformat(), self.note, "" if self.task is None else self.task.task_id, self.slice, kind)
        key = ":".join(part for part in parts if part)
        if len(key) > _KEY_CHARS_MAX:
            raise FieldFault("too_long", "note_id")
        due = rules.due_day(self.day) > self.today
        return ReportCell(
            report=self.report,
            key=key,
            day=self.day.isoformat(),
            version=self.version or version_of(Window.of_day(self.today).start_ms, "today"),
            values=dict(values),
            raw=self.raw,
            note=self.note,
            window_days=window,
            sample_ratio=None if ratio is None else ratio_text(ratio),
            marks=(*self.marks, IMMATURE) if due and ratio is not None else self.marks,
        )

    def sampled(
        self, count: int | None, ratio: Decimal | None, *, window: int | None, place: str
    ) -> Iterator[ReportCell | RowProblem]:
        """Make the cell of a sampled count; nothing where it is not returned yet, a problem where its ratio is not told.

        Before D+2 a zero is no zero: nobody has counted yet.
        """
        if count is None or (count == 0 and rules.due_day(self.day) > self.today):
            return
        if ratio is None:
            yield RowProblem(code="sample_ratio_missing", place=place, raw=self.raw)
            return
        kind, name = ("uv", "store_uv") if window is None else (f"w{window}", "active_uv")
        yield self.cell(kind, {name: count}, window=window, ratio=ratio)


def cells_of_note(told: dict[str, Any], *, day: date, today: date) -> list[ReportCell | RowProblem]:
    """Read a note as 蒲公英 tells it on a day: everything since its task began, added up."""
    raw = text_of(told)
    try:
        return list(_note_cells(told, day, today, raw))
    except FieldFault as fault:
        return [RowProblem(code=fault.code, place=fault.place, raw=raw)]


def cells_of_day(told: dict[str, Any], *, today: date, ratio: str = "") -> list[ReportCell | RowProblem]:
    """Read a note's day as 聚光's report tells it. `ratio` is the task's, for reports that do not tell it."""
    raw = text_of(told)
    try:
        return list(_day_cells(_named(told), today, raw, ratio))
    except FieldFault as fault:
        return [RowProblem(code=fault.code, place=fault.place, raw=raw)]


def text_of(told: dict[str, Any]) -> str:
    """Write an object down again, for the quarantine."""
    return _encode(told).decode()


def day_text(text: str | None, name: str) -> date:
    """Read a day, `2025-05-07`, `20250507` or with a time behind it."""
    match = _DAY.fullmatch(text or "")
    if match is None:
        raise FieldFault("bad_time" if text else "missing_field", name)
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise FieldFault("bad_time", name) from None


def ratio_of(percent: object, name: str) -> Decimal | None:
    """Read a ratio told in percent, 50.00 for a half; none or 0 is none."""
    if percent is None or percent == "":
        return None
    if isinstance(percent, bool) or not isinstance(percent, Decimal | int | str):
        raise FieldFault("bad_value", name)
    try:
        ratio = Decimal(percent) / 100
    except ArithmeticError:
        raise FieldFault("bad_value", name) from None
    if not ratio.is_finite():
        raise FieldFault("bad_value", name)
    if ratio == 0:
        return None
    return checked_ratio(ratio, name)


def checked_ratio(ratio: Decimal, name: str) -> Decimal:
    """Insist on a ratio above 0 and at most 1, with no more digits than anybody would tell."""
    if not 0 < ratio <= 1 or ratio.adjusted() < -6:  # noqa: PLR2004 - one in a million
        raise FieldFault("out_of_range", name)
    return ratio


def ratio_text(ratio: Decimal) -> str:
    """Write a ratio as exact decimal text without trailing zeros.

    >>> ratio_text(Decimal("50.00") / 100), ratio_text(Decimal(1))
    ('0.5', '1')
    """
    return f"{ratio.normalize():f}"


def count_of(row: Fields, name: str) -> int | None:
    """Read a count."""
    count = row.whole(name)
    if count is not None and count > _COUNT_MAX:
        raise FieldFault("out_of_range", name)
    return count


def _note_cells(named: dict[str, Any], day: date, today: date, raw: str) -> Iterator[ReportCell | RowProblem]:
    row = Fields(named)
    note = _id(row, "note_id")
    task_id = row.text("star_event_group_id")
    if task_id is None:
        told = Told(report=NOTE_REPORT, day=day, today=today, note=note, raw=raw, marks=(OUT_OF_TASK,))
        reads = count_of(row, "read_uv")
        yield told.cell("", {} if reads is None else {"read_uv": reads})
        return
    task = rules.Task(
        task_id=_id(row, "star_event_group_id"),
        start=_maybe_day(row, "event_group_start_time"),
        end=_maybe_day(row, "event_group_end_time"),
    )
    marks = (OVERDUE,) if task.is_overdue(today) else ()
    told = Told(report=NOTE_REPORT, day=day, today=today, note=note, raw=raw, task=task, marks=marks)
    counts = {ours: count for theirs, ours in _NOTE_COUNTS.items() if (count := count_of(row, theirs)) is not None}
    amounts = {ours: fen for theirs, ours in _NOTE_AMOUNTS.items() if (fen := row.yuan(theirs)) is not None}
    seen = count_of(row, "star_enter_store_uv")
    ratio = ratio_of(named.get("star_trans_ratio"), "star_trans_ratio")
    yield told.cell("", counts | amounts)
    yield from told.sampled(seen, ratio, window=None, place="star_trans_ratio")


def _day_cells(named: dict[str, Any], today: date, raw: str, ratio: str) -> Iterator[ReportCell | RowProblem]:
    row = Fields(named)
    day, note = day_text(row.text("time"), "time"), _id(row, "note_id")
    if rules.is_too_old(day, today):
        raise FieldFault("too_old", "time")
    task = rules.Task(task_id=_id(row, "third_brief_id")) if row.text("third_brief_id") else None
    spend, in_task = needed(row.yuan("fee"), "fee"), row.yuan("tb_task_fee")
    values, marks = split_spend(spend, in_task, "tb_task_fee")
    told = Told(report=DAILY_REPORT, day=day, today=today, note=note, raw=raw, task=task, marks=marks)
    shared = ratio_of(named.get("tb_note_trans_ratio"), "tb_note_trans_ratio") or _setting(ratio)
    seen = {
        30: count_of(row, "outside_shop_visit"),
        15: count_of(row, "out_side_seller_pv_15d"),
    }
    yield told.cell("", values)
    for window, count in seen.items():
        yield from told.sampled(count, shared, window=window, place="tb_note_trans_ratio")


def split_spend(spend: int, in_task: int | None, place: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Tell spend within a task from spend outside: the latter is measured by nothing, and is marked, not lost."""
    if in_task is None:
        return {"spend_fen": spend}, ()
    if in_task > spend:
        raise FieldFault("contradiction", place)
    outside = spend - in_task
    values = {"spend_fen": spend, "task_spend_fen": in_task, "out_of_task_spend_fen": outside}
    return values, (OUT_OF_TASK,) if outside else ()


def _named(told: dict[str, Any]) -> dict[str, Any]:
    """Give a row the names we read by; whichever of a field's names comes first has it."""
    named = dict(told)
    for name, others in _ALSO.items():
        for other in others:
            if named.get(name) is None and other in told:
                named[name] = told[other]
    return named


def _id(row: Fields, name: str) -> str:
    text = needed(row.text(name), name)
    if _ID.fullmatch(text) is None:
        raise FieldFault("bad_value", name)
    return text


def _maybe_day(row: Fields, name: str) -> date | None:
    text = row.text(name)
    return None if text is None else day_text(text, name)


def _setting(ratio: str) -> Decimal | None:
    """Read the ratio that an account was told of its task, `0.5`; a wrong one is none, so the count becomes a problem."""
    try:
        told = Decimal(ratio)
    except InvalidOperation:
        return None
    return told if told.is_finite() and 0 < told <= 1 else None
