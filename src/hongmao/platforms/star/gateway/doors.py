"""The gateway's doors: two reports behind an access token, and the sandbox's own, by which a task is told with a signature.

The public clients' request names a brand's account or an advertiser and no app; in the sandbox both are the app's id. Codes
are the sandbox's own: no table of theirs was seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hongmao.kernel.time import day_of
from hongmao.platforms.star.gateway.drawing import Day, Task, draw_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

NOTES_PATH: Final = "/api/open/pgy/note/post/data"
DAILY_PATH: Final = "/api/open/jg/data/report/offline/note"
TASKS_PATH: Final = "/sandbox/tasks"
LATER: Final = "未回传"
HISTORY_DAYS: Final = 3
SPAN_DAYS: Final = 30
SIZE_MAX: Final = 100
NOTES_A_TASK: Final = 200
TOO_FAST: Final = (429, "请求过于频繁")
NO_TOKEN: Final = (401, "access token 无效")
UNSIGNED: Final = (403, "签名错误")
WRONG: Final = (400, "请求参数错误")
SKEW_S_MAX: Final = 600
_SECONDS: Final = re.compile(r"[0-9]{10}")


class _WrongAsk(Exception):
    """What was asked cannot be answered."""


def routes(market: Market, /) -> Sequence[BaseRoute]:
    """Make the routes over one market."""
    desk = _Desk(market)
    return [
        Route(NOTES_PATH, desk.notes, methods=["POST"]),
        Route(DAILY_PATH, desk.daily, methods=["POST"]),
        Route(TASKS_PATH, desk.tasks, methods=["POST"]),
    ]


class _Desk:
    def __init__(self, market: Market) -> None:
        self._market = market

    async def notes(self, request: Request) -> Response:
        """Tell notes with their task, added up to a day."""
        return self._answer(request, _object(await request.body()), "user_id", self._notes)

    async def daily(self, request: Request) -> Response:
        """Tell notes by day."""
        return self._answer(request, _object(await request.body()), "advertiser_id", self._daily)

    async def tasks(self, request: Request) -> Response:
        """Take a task with its notes; telling it again binds more notes and changes nothing else."""
        body = await request.body()
        key = self._market.key(request.headers.get("x-star-app", ""))
        if not self._signed(request.headers, body, key) or key is None:
            return _refused(UNSIGNED)
        try:
            bound = self._bind(key, _object(body))
        except _WrongAsk:
            return _refused(WRONG)
        return _told({"bound": bound})

    def _answer(
        self, request: Request, asked: Mapping[str, Any], who: str, answer: Callable[[Asked], dict[str, Any] | None]
    ) -> Response:
        if self._market.is_down():
            return PlainTextResponse("Service Unavailable", status_code=503)
        if self._market.is_throttled():
            return _refused(TOO_FAST)
        key = self._market.key(str(asked.get(who)))
        token = request.headers.get("access-token", "")
        if key is None or not hmac.compare_digest(token.encode(), key.session.encode()):
            return _refused(NO_TOKEN)
        name = json.dumps({**asked, "path": who}, sort_keys=True)
        if self._market.fails(name):
            return PlainTextResponse("Bad Gateway", status_code=502)
        try:
            told = answer(Asked(self._market, key, asked, name))
        except _WrongAsk:
            return _refused(WRONG)
        return _told({"data_list": [], "total_count": 0}, said=LATER) if told is None else _told(told)

    def _notes(self, asked: Asked) -> dict[str, Any] | None:
        snapshot = asked.day("date_key")
        first, last = asked.day("start_time"), asked.day("end_time")
        age = (asked.today - snapshot).days
        if (last - first).days >= SPAN_DAYS or asked.told.get("date_type") not in {1, 2} or age > HISTORY_DAYS:
            raise _WrongAsk
        if age < 1:
            return None
        found = [one for one in asked.bound() if first <= one[2] <= last]
        page, rows = asked.paged(found)
        size = asked.number("page_size")
        datas = [self._note(task, note, since, snapshot, is_due=age > 1) for task, note, since in rows]
        return {
            "total": len(found),
            "page_num": page,
            "page_size": size,
            "total_page": -(-len(found) // size),
            "datas": datas,
        }

    def _note(self, task: Task, note: str, since: date, snapshot: date, *, is_due: bool) -> dict[str, Any]:
        """Add a note up. On T+1 all is told but what 小红星 measures."""
        length = max(0, (snapshot - since).days + 1)
        days = [draw_day(self._market, task, note, since + timedelta(days=number)) for number in range(length)]
        base = {
            "date_key": f"{snapshot:%Y%m%d}",
            "note_id": note,
            "note_publish_time": f"{since} 09:00:00",
            "read_uv": sum(day.readers for day in days),
        }
        if not is_due:
            return base | {"star_task_name": "", "star_event_group_id": "", "star_trans_ratio": 0}
        spend = sum(day.in_task_fen for day in days)
        return base | {
            "star_task_name": f"任务{task.task_id}",
            "star_event_group_id": task.task_id,
            "event_group_start_time": f"{task.start} 00:00:00",
            "event_group_end_time": f"{task.end} 23:59:59",
            "star_total_amount": spend / 100,
            "star_pgy_total_amount": 0.0,
            "star_ads_total_amount": spend / 100,
            "star_trans_ratio": float(task.ratio * 100),
            "star_read_uv": sum(day.readers for day in days),
            "star_enter_store_uv": sum(day.seen30 for day in days),
        }

    def _daily(self, asked: Asked) -> dict[str, Any] | None:
        first, last = asked.day("start_date"), asked.day("end_date")
        if first > last or (last - first).days >= SPAN_DAYS or asked.told.get("time_unit") != "DAY":
            raise _WrongAsk
        if (asked.today - last).days < 2:  # noqa: PLR2004 - T+2
            return None
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        found = [(task, note, day) for day in days for task, note, since in asked.bound() if since <= day]
        _, rows = asked.paged(found)
        listed = [_row(task, note, day, draw_day(self._market, task, note, day)) for task, note, day in rows]
        return {"data_list": listed, "total_count": len(found)}

    def _signed(self, headers: Mapping[str, str], body: bytes, key: GatewayKey | None) -> bool:
        timestamp = headers.get("x-star-timestamp", "")
        secret = "" if key is None else key.secret
        due = hmac.new(secret.encode(), f"{timestamp}\n".encode() + body, hashlib.sha256).hexdigest()
        same = hmac.compare_digest(due.encode(), headers.get("x-star-signature", "").encode())
        if not (same and key is not None and _SECONDS.fullmatch(timestamp)):
            return False
        return abs(self._market.now_ms() // 1000 - int(timestamp)) <= SKEW_S_MAX

    def _bind(self, key: GatewayKey, told: Mapping[str, Any]) -> int:
        task, notes = _task(told), told.get("notes")
        if not isinstance(notes, list) or len(notes) > NOTES_A_TASK or not all(isinstance(one, str) for one in notes):
            raise _WrongAsk
        kept = {"start": task.start.isoformat(), "end": task.end.isoformat(), "ratio": str(task.ratio)}
        page = f"task {key.app_key}"
        if not self._market.note(page, task.task_id, kept) and self._market.noted(page, task.task_id) != kept:
            raise _WrongAsk
        return sum(self._market.note(f"bound {key.app_key}", f"{task.task_id} {note}", None) for note in notes)


class Asked:
    """A question whose asker is known; `name` is what its draws hang on."""

    def __init__(self, market: Market, key: GatewayKey, told: Mapping[str, Any], name: str) -> None:
        """Keep what was said."""
        self.told = told
        self.today = day_of(market.now_ms())
        self._market = market
        self._key = key
        self._name = name

    def number(self, name: str) -> int:
        """Read a number that must be there."""
        value = self.told.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _WrongAsk
        return value

    def day(self, name: str) -> date:
        """Read a day that must be there."""
        try:
            return date.fromisoformat(str(self.told.get(name)))
        except ValueError:
            raise _WrongAsk from None

    def bound(self) -> Iterator[tuple[Task, str, date]]:
        """List tasks with their notes and the day each was bound."""
        tasks = {id: _kept(id, told) for id, _, told in self._market.notes(f"task {self._key.app_key}")}
        for name, at_ms, _ in self._market.notes(f"bound {self._key.app_key}"):
            task_id, _, note = name.partition(" ")
            yield tasks[task_id], note, day_of(at_ms)

    def paged(self, found: Sequence[Any]) -> tuple[int, Sequence[Any]]:
        """Cut a page, as the weather has it: lost, or the one before it once more."""
        number, size = self.number("page_num"), self.number("page_size")
        if size > SIZE_MAX:
            raise _WrongAsk
        if found and self._market.loses_page(self._name):
            return number, ()
        if number > 1 and self._market.repeats_page(self._name):
            number -= 1
        return number, found[(number - 1) * size : number * size]


def _row(task: Task, note: str, day: date, drawn: Day) -> dict[str, Any]:
    """Write a day as 聚光 writes numbers: as text."""
    return {
        "time": day.isoformat(),
        "note_id": note,
        "third_brief_id": task.task_id,
        "fee": f"{drawn.spend_fen // 100}.{drawn.spend_fen % 100:02d}",
        "tb_task_fee": f"{drawn.in_task_fen // 100}.{drawn.in_task_fen % 100:02d}",
        "tb_note_trans_ratio": f"{task.ratio * 100:.2f}",
        "outside_shop_visit": str(drawn.seen30),
        "out_side_seller_pv_15d": str(drawn.seen15),
    }


def _task(told: Mapping[str, Any]) -> Task:
    try:
        ratio = Decimal(str(told.get("ratio")))
        start, end = date.fromisoformat(str(told.get("start"))), date.fromisoformat(str(told.get("end")))
    except (InvalidOperation, ValueError):
        raise _WrongAsk from None
    task_id = told.get("task_id")
    if (
        not isinstance(task_id, str)
        or not task_id.isalnum()
        or not (ratio.is_finite() and 0 < ratio <= 1)
        or end < start
    ):
        raise _WrongAsk
    return Task(task_id=task_id, start=start, end=end, ratio=ratio)


def _kept(task_id: str, told: Mapping[str, str]) -> Task:
    start, end = date.fromisoformat(told["start"]), date.fromisoformat(told["end"])
    return Task(task_id=task_id, start=start, end=end, ratio=Decimal(told["ratio"]))


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _told(data: Mapping[str, Any], *, said: str = "成功") -> Response:
    return JSONResponse({"success": True, "code": 0, "msg": said, "data": data})


def _refused(problem: tuple[int, str]) -> Response:
    code, said = problem
    return JSONResponse({"success": False, "code": code, "msg": said, "data": None})
