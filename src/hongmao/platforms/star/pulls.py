"""What is pulled of 小红星: notes with their task added up so far, and notes by day. Nothing younger than the day before yesterday.

Two interfaces tell parts of it: 蒲公英's by note and snapshot, which goes back three days only, and 聚光's offline report by
note and day. Both page by number and give no snapshot of the list, so an answer must agree with itself, and a page that is
the one before once more is noticed by its print, which the token carries.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.platforms.api import DAY_MS, HOUR_MS, Fault, Page, PullLimits, RowProblem, day_of, pull_error, unreadable
from hongmao.platforms.star import rules
from hongmao.platforms.star.client import DAILY, NOTES, PLATFORM, StarKey, read_answer, star_call
from hongmao.platforms.star.mapping import cells_of_day, cells_of_note

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, PlatformAccount, ReportCell, Window

PAGE_SIZE: Final = 100
DAYS_A_QUERY: Final = 30
CHUNKS: Final = rules.KEPT_DAYS // DAYS_A_QUERY
BY_PUBLISHED: Final = 2
PAGES_MAX: Final = 10_000
LIMITS: Final = PullLimits(
    span_ms_max=DAY_MS,
    same_day=True,
    # A day is told on D+2 and asked for once more on D+3, the last day on which 蒲公英 tells it.
    overlap_ms=DAY_MS,
    settle_ms=rules.LAG_DAYS * DAY_MS,
    every_ms=6 * HOUR_MS,
    per_minute_max=60,
    lag_ms_max=(rules.LAG_DAYS + 1) * DAY_MS,
)
DAILY_LIMITS: Final = PullLimits(
    span_ms_max=DAY_MS,
    same_day=True,
    overlap_ms=rules.REPULL_DAYS * DAY_MS,
    settle_ms=rules.LAG_DAYS * DAY_MS,
    every_ms=6 * HOUR_MS,
    per_minute_max=60,
    lag_ms_max=(rules.LAG_DAYS + 1) * DAY_MS,
)


class NoteSource:
    """任务笔记: notes with task, spend and visitors so far, as of a day (`/pgy/note/post/data`)."""

    name = "tasks"
    limits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a snapshot. Notes of 120 days are asked for by thirty days of publication each."""
        day, today = day_of(span.start_ms), day_of(now_ms)
        if (today - day).days > rules.REPULL_DAYS:
            # Asking would be refused for ever; that the snapshot is lost is a fact to keep.
            lost = RowProblem(code="history_gone", place="date_key", raw=f"{day:%Y%m%d}")
            return Page(rows=(lost,), next_token=None)
        chunk, number, before = _read_token(token, chunks=CHUNKS)
        key = StarKey.of(account)
        last = day - timedelta(days=chunk * DAYS_A_QUERY)
        size = _size_of(account)
        asked = {
            "user_id": key.brand_user_id,
            "date_type": BY_PUBLISHED,
            "start_time": (last - timedelta(days=DAYS_A_QUERY - 1)).isoformat(),
            "end_time": last.isoformat(),
            "page_num": number,
            "page_size": size,
            "date_key": f"{day:%Y%m%d}",
        }
        answer = _ask(key, NOTES, asked, caller)
        if answer.get("page_num", number) != number:
            raise unreadable(PLATFORM, "返回的页码不是所问的那一页", "the page is not the one that was asked for")
        rows, total = _listed(answer, "datas", "total", number, size)
        print_ = _print(rows, before)
        cells = [cell for row in rows for cell in cells_of_note(row, day=day, today=today)]
        return Page(rows=cells, next_token=_next(chunk, number, number * size < total, print_, chunks=CHUNKS))


class DailySource:
    """任务日报: what notes spent and brought by day, with 15 and 30 days of attribution (`/jg/data/report/offline/note`)."""

    name = "task_daily"
    limits = DAILY_LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a day's report."""
        day, today = day_of(span.start_ms), day_of(now_ms)
        _, number, before = _read_token(token, chunks=1)
        key = StarKey.of(account)
        size = _size_of(account)
        asked = {
            "advertiser_id": key.advertiser_id,
            "start_date": day.isoformat(),
            "end_date": day.isoformat(),
            "time_unit": "DAY",
            "page_num": number,
            "page_size": size,
        }
        rows, total = _listed(_ask(key, DAILY, asked, caller), "data_list", "total_count", number, size)
        print_ = _print(rows, before)
        ratio = account.settings.get("sample_ratio", "")
        cells: list[ReportCell | RowProblem] = []
        for row in rows:
            cells += cells_of_day(row, today=today, ratio=ratio)
        return Page(rows=cells, next_token=_next(0, number, number * size < total, print_, chunks=1))


def _ask(key: StarKey, path: str, asked: dict[str, Any], caller: Caller) -> dict[str, Any]:
    answer = read_answer(caller.call(star_call(key, path, asked)))
    if isinstance(answer, Fault):
        raise pull_error(answer, PLATFORM)
    return answer


def _listed(
    answer: dict[str, Any], name: str, total_name: str, number: int, size: int
) -> tuple[list[dict[str, Any]], int]:
    rows, total = answer.get(name), answer.get(total_name)
    if not isinstance(total, int) or isinstance(total, bool) or not 0 <= total <= PAGES_MAX * size:
        raise unreadable(PLATFORM, f"缺少 {total_name}", f"there is no number {total_name}")
    if rows is None and total == 0:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unreadable(PLATFORM, f"缺少 {name}", f"there is no list {name}")
    due = min(size, max(0, total - (number - 1) * size))
    if len(rows) != due:
        raise unreadable(
            PLATFORM,
            f"第 {number} 页应有 {due} 行，实有 {len(rows)} 行",
            f"page {number} has {len(rows)} rows, not {due}",
        )
    return rows, total


def _print(rows: list[dict[str, Any]], before: str) -> str:
    """Give a page's print, and refuse the page before once more."""
    print_ = hashlib.blake2b(msgspec.json.encode(rows), digest_size=4).hexdigest()
    if rows and print_ == before:
        raise unreadable(PLATFORM, "返回了上一页", "the page before came once more")
    return print_


def _read_token(token: str | None, *, chunks: int) -> tuple[int, int, str]:
    if token is None:
        return 0, 1, ""
    parts = token.split(".")
    numbers = [int(part) for part in parts[:2] if part.isascii() and part.isdecimal() and len(part) < 6]  # noqa: PLR2004 - of PAGES_MAX
    if len(parts) != 3 or len(numbers) != 2 or numbers[0] >= chunks or numbers[1] < 1:  # noqa: PLR2004 - chunk, page, print
        raise unreadable(PLATFORM, "游标无法识别", "the token is none of ours")
    return numbers[0], numbers[1], parts[2]


def _next(chunk: int, number: int, has_more: bool, print_: str, *, chunks: int) -> str | None:  # noqa: FBT001 - the pages of a chunk are a yes or no
    if has_more:
        return f"{chunk}.{number + 1}.{print_}"
    return f"{chunk + 1}.1." if chunk + 1 < chunks else None


def _size_of(account: PlatformAccount) -> int:
    told = account.settings.get("page_size", "")
    return min(max(int(told), 1), PAGE_SIZE) if told.isascii() and told.isdecimal() else PAGE_SIZE
