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
from typing import Annotated, Any, Literal

from fastapi import Cookie, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hongmao.bootstrap.serving import server, stop_when_stdin_closes
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

    @model_validator(mode="after")
    def believed(self) -> EventIn:
        """Refuse what happened too long ago or not yet, what lacks its note, and notes and links that nobody knows."""
        now_ms = time.time_ns() // 1_000_000
        if not now_ms - AGE_DAYS_MAX * DAY_MS <= self.occurred_at_ms <= now_ms + FUTURE_MINUTES_MAX * MINUTE_MS:
            raise ValueError("too old, or not yet")
        lacking = [
            name for name in REQUIRED.get(Kind(self.kind), ()) if name != "reader" and getattr(self, name) is None
        ]
        if lacking:
            raise ValueError(f"lacks {lacking}")
        if self.note is not None and NOTES.get(self.note) != (self.creator or NOTES.get(self.note, "")):
            raise ValueError("nobody knows the note")
        if self.link is not None and LINKS.get(self.link) != (self.note or LINKS.get(self.link, "")):
            raise ValueError("the link is not under the note")
        return self


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


def make_app(path: Path) -> FastAPI:
    """Make the twin; what it keeps goes to `path`, a line of JSON each."""
    app, file = FastAPI(), File(path)

    @app.post("/v1/events", response_model_exclude_none=True)
    async def collect(body: BodyIn, hm_r: Annotated[str, Cookie()] = "r_new") -> ReportOut:
        return await _keep(file, list(body.events), hm_r)

    @app.exception_handler(RequestValidationError)
    async def judge_each(_: object, error: RequestValidationError) -> JSONResponse:
        """Judge each event by itself where one of them spoilt the batch."""
        rows = error.body.get("events") if isinstance(error.body, dict) else None
        if not isinstance(rows, list):
            return JSONResponse({"detail": error.errors()}, status_code=422)
        report = await _keep(file, [_judged(row) for row in rows], "r_new")
        refused = all(outcome.outcome == "rejected" for outcome in report.outcomes)
        return JSONResponse(report.model_dump(exclude_none=True), status_code=422 if refused else 200)

    return app


def _judged(row: Any) -> EventIn | OutcomeOut:
    try:
        return EventIn.model_validate(row)
    except ValidationError as error:
        told = row.get("event_id") if isinstance(row, dict) else None
        reasons = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return OutcomeOut(event_id=told if isinstance(told, str) else None, outcome="rejected", errors=reasons)


async def _keep(file: File, read: list[EventIn | OutcomeOut], reader: str) -> ReportOut:
    outcomes, lines = [], []
    for one in read:
        if isinstance(one, OutcomeOut):
            outcomes.append(one)
            continue
        fresh = one.event_id not in file.ids
        outcomes.append(OutcomeOut(event_id=one.event_id, outcome="accepted" if fresh else "duplicate"))
        if fresh:
            file.ids.add(one.event_id)
            one.reader = reader
            lines.append(one.model_dump_json(exclude_none=True) + "\n")
    # Lines of a duplicate may still be on their way to the disk: it waits for the sync as they do.
    await file.append("".join(lines).encode())
    return ReportOut(outcomes=outcomes)


if __name__ == "__main__":
    stop_when_stdin_closes()
    server(make_app(Path(sys.argv[2])), "127.0.0.1", int(sys.argv[1])).run()
