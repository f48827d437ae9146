"""The journal: every event of a marketplace's shops in the order it happened, for its gateway to answer from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from hongmao.kernel.time import DAY_MS
from hongmao.platforms.sandbox.shop.faults import Dice
from hongmao.platforms.sandbox.shop.wire import WireEvent

if TYPE_CHECKING:
    import sqlite3

LATE_MS_MAX = 60 * DAY_MS

_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(WireEvent)
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Late = Annotated[int, msgspec.Meta(ge=0, le=LATE_MS_MAX)]
_Seconds = Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class Weather(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a gateway behaves; what is not named is fair. Shares are of all its pages."""

    late_ms: tuple[_Late, _Late] = (0, 0)
    """The gateway knows of an event so long after it happened, drawn evenly between the two."""
    down_from_ms: int | None = None
    down_until_ms: int | None = None
    """Between the two the gateway does not answer: 503."""
    per_minute_max: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """More calls than this within one minute of the clock are throttled, in the platform's own words."""
    repeat_page_share: _Share = 0.0
    """Pages that are given once more when the next one is asked for."""
    missing_page_share: _Share = 0.0
    """Pages that come back empty although the span has rows: the first time they are asked for, not the second."""
    error_share: _Share = 0.0
    """Calls that fail with the platform's own word for its fault."""
    session_s: _Seconds = 365 * 86_400
    """How long access lasts that is granted or renewed from now on."""
    refresh_s: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 365 * 86_400
    """How long it can be renewed; 0 where this app's never can."""
    keeps_refresh: bool = False
    """Whether the refresh token that renewed a grant stays good. Else it is good once, and the one that comes takes its place."""
    refuses_refresh: bool = False
    """Whether nothing is renewed, as after a seller withdrew its consent."""

    def down(self, now_ms: int) -> bool:
        """Tell whether the gateway is down."""
        return (self.down_from_ms or 0) <= now_ms < (self.down_until_ms or 0)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its place in the journal. `told_at_ms` is when the gateway came to know of it."""

    seq: int
    platform: str
    told_at_ms: int
    event: WireEvent


def put(sql: sqlite3.Connection, event: WireEvent, *, platform: str, now_ms: int, seed: int) -> None:
    """Write an event down; its gateway knows of it after the lateness that the weather draws."""
    late_ms = Dice(seed, event.event_no).between(weather_of(sql, platform).late_ms, "told")
    sql.execute(
        "INSERT INTO journal (platform, shop_id, type, occurred_at_ms, told_at_ms, body) VALUES (?, ?, ?, ?, ?, ?)",
        (platform, event.shop_id, event.type, event.occurred_at_ms, now_ms + late_ms, _encode(event)),
    )


def told(sql: sqlite3.Connection, platform: str, *, by: str, start_ms: int, end_ms: int, now_ms: int) -> list[Told]:
    """List what a gateway knows by `now_ms` of a half-open stretch of time: `by` is `told` or `occurred`."""
    column = {"told": "told_at_ms", "occurred": "occurred_at_ms"}[by]
    rows = sql.execute(
        f"SELECT seq, platform, told_at_ms, body FROM journal"  # noqa: S608 - one of two names of ours
        f" WHERE platform = ? AND {column} >= ? AND {column} < ? AND told_at_ms <= ? ORDER BY {column}, seq",
        (platform, start_ms, end_ms, now_ms),
    )
    return [
        Told(seq=row["seq"], platform=row["platform"], told_at_ms=row["told_at_ms"], event=_event.decode(row["body"]))
        for row in rows
    ]


def weather_of(sql: sqlite3.Connection, platform: str) -> Weather:
    """Read how a gateway behaves now."""
    row = sql.execute("SELECT told FROM weather WHERE platform = ?", (platform,)).fetchone()
    return Weather() if row is None else msgspec.json.decode(row["told"], type=Weather)


def set_weather(sql: sqlite3.Connection, platform: str, weather: Weather) -> None:
    """Let a gateway behave so from now on."""
    sql.execute("INSERT OR REPLACE INTO weather (platform, told) VALUES (?, ?)", (platform, _encode(weather).decode()))
