"""The twin of `POST /v1/events` that most would write: FastAPI, pydantic, a file that is synced once for all who wait.

It does what ours does: each event is checked by itself and says its own reason, ids come once, and nothing is answered
before it is on disk. Fields, patterns, kinds and times are ours, so that both refuse the same.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import uvicorn
from fastapi import Cookie, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hongmao.bootstrap.draining import configured, stop_when_stdin_closes
from hongmao.events.api import Kind
from hongmao.events.rules import (
    AGE_DAYS_MAX,
    BATCH_EVENTS_MAX,
    CLIENT_EVENT_ID,
    CLIENT_KINDS,
    FUTURE_MINUTES_MAX,
    REQUIRED,
)
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.time import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Who wrote a note and which note a link stands under, as `bench/_served.py` furnishes a house.
NOTES = {"n": "c"}
LINKS = {"l": "n"}

Id = Annotated[str, Field(pattern=ID_PATTERN)]
ClientId = Annotated[str, Field(pattern=f"^{CLIENT_EVENT_ID.pattern.pattern}$")]


class EventIn(BaseModel):
    """One event as a client reports it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    event_id: ClientId
    kind: Literal[tuple(sorted(kind.value for kind in CLIENT_KINDS))]  # type: ignore[valid-type]  # the rule's own list
    occurred_at_ms: int
    reader: Any = None
    note: Id | None = None
    creator: Id | None = None
    link: Id | None = None
    impression: Id | None = None
    placement: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = None
    labelled: bool | None = None


class BodyIn(BaseModel):
    """A batch."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[list[EventIn], Field(max_length=BATCH_EVENTS_MAX)]


class OutcomeOut(BaseModel):
    """What became of one event."""

    event_id: str | None
    outcome: Literal["accepted", "duplicate", "rejected"]
    errors: list[str] | None = None


class ReportOut(BaseModel):
    """What became of each event of a batch."""

    outcomes: list[OutcomeOut]


class File:
    """A file of lines that many append to and that is synced once for all who came while the last sync ran."""

    def __init__(self, path: Path) -> None:
        """Open a file to append to."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None
        self.ids: set[str] = set()

    async def append(self, lines: bytes) -> None:
        """Return once the lines are on disk."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((lines, done))
        if self._running is None:
            self._running = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            await loop.run_in_executor(None, self._write, b"".join(lines for lines, _ in group))
            for _, done in group:
                if not done.cancelled():
                    done.set_result(None)
        self._running = None

    def _write(self, lines: bytes) -> None:
        os.write(self._file, lines)
        os.fdatasync(self._file)


def make_app(path: Path, now_ms: Callable[[], int]) -> FastAPI:
    """Make the twin; what it keeps goes to `path`, a line of JSON each."""
    app, file = FastAPI(), File(path)

    @app.post("/v1/events", response_model=ReportOut)
    async def collect(body: BodyIn, hm_r: Annotated[str, Cookie()] = "r_new") -> JSONResponse:
        return await keep(body.events, hm_r)

    @app.exception_handler(RequestValidationError)
    async def judge_each(request: Request, error: RequestValidationError) -> JSONResponse:
        """Judge each event by itself where one of them spoilt the batch."""
        rows = error.body.get("events") if isinstance(error.body, dict) else None
        if not isinstance(rows, list) or len(rows) > BATCH_EVENTS_MAX:
            return JSONResponse({"detail": str(error)}, status_code=422)
        return await keep([_judged(row) for row in rows], request.cookies.get("hm_r", "r_new"))

    async def keep(read: Sequence[EventIn | OutcomeOut], reader: str) -> JSONResponse:
        at_ms, outcomes, lines = now_ms(), [], []
        for one in read:
            outcome = one if isinstance(one, OutcomeOut) else _outcome(one, at_ms, file.ids)
            outcomes.append(outcome)
            if outcome.outcome == "accepted" and isinstance(one, EventIn):
                one.reader = reader
                lines.append(one.model_dump_json(exclude_none=True) + "\n")
        refused = bool(outcomes) and all(outcome.outcome == "rejected" for outcome in outcomes)
        if not refused:
            # Lines of a duplicate may still be on their way to the disk: it waits for the sync as they do.
            await file.append("".join(lines).encode())
        report = ReportOut(outcomes=outcomes)
        return JSONResponse(report.model_dump(exclude_none=True), status_code=422 if refused else 200)

    return app


def _outcome(event: EventIn, at_ms: int, ids: set[str]) -> OutcomeOut:
    fault = _fault(event, at_ms)
    if fault is not None:
        return OutcomeOut(event_id=event.event_id, outcome="rejected", errors=[fault])
    if event.event_id in ids:
        return OutcomeOut(event_id=event.event_id, outcome="duplicate")
    ids.add(event.event_id)
    return OutcomeOut(event_id=event.event_id, outcome="accepted")


def _fault(event: EventIn, at_ms: int) -> str | None:
    """Say what a field's own shape cannot: fields that a kind needs, times, notes and links that nobody knows."""
    for name in REQUIRED.get(Kind(event.kind), ()):
        if name != "reader" and getattr(event, name) is None:
            return f"{name}: missing"
    if not at_ms - AGE_DAYS_MAX * DAY_MS <= event.occurred_at_ms <= at_ms + FUTURE_MINUTES_MAX * MINUTE_MS:
        return "occurred_at_ms: too long ago, or not yet"
    if event.note is not None and (event.note not in NOTES or event.creator not in {None, NOTES[event.note]}):
        return "note: nobody knows it, or not of this creator"
    if event.link is not None and (event.link not in LINKS or event.note not in {None, LINKS[event.link]}):
        return "link: not under the note"
    return None


def _judged(row: Any) -> EventIn | OutcomeOut:
    try:
        return EventIn.model_validate(row)
    except ValidationError as error:
        told = row.get("event_id") if isinstance(row, dict) else None
        reasons = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return OutcomeOut(event_id=told if isinstance(told, str) else None, outcome="rejected", errors=reasons)


def _machine_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    stop_when_stdin_closes()
    app = make_app(Path(sys.argv[2]), _machine_ms)
    uvicorn.Server(configured(app, "127.0.0.1", int(sys.argv[1]), http="httptools")).run()
