"""The outbox: what is to be sent, written in the same transaction as the act it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hongmao.platforms.sandbox.shop import garbage
from hongmao.platforms.sandbox.shop.faults import Dice, Faults, fate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from hongmao.platforms.sandbox.shop.wire import WireEvent

_encode = msgspec.json.Encoder().encode

# A shop that no account has claimed sends by the first one registered.
_ACCOUNT_OF_SHOP = """
SELECT coalesce(
  (SELECT account FROM account_shop WHERE shop_id = :shop_id), (SELECT account FROM account ORDER BY rowid LIMIT 1)
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much is still to be sent: in all, and right now."""

    pending: int
    due: int


def put(sql: sqlite3.Connection, event: WireEvent, *, now_ms: int, seed: int) -> None:
    """Queue an event with the fate that the faults in force draw for it."""
    drawn = fate(faults_of(sql), seed=seed, event_no=event.event_no)
    (account,) = sql.execute(_ACCOUNT_OF_SHOP, {"shop_id": event.shop_id}).fetchone()
    rows = [("event", _encode(event), now_ms + drawn.delay_ms)]
    if drawn.repeat_delay_ms is not None:
        rows.append(("repeat", _encode(event), now_ms + drawn.repeat_delay_ms))
    if drawn.garbage is not None:
        made = garbage.make(drawn.garbage, like=event, dice=Dice(seed, event.event_no))
        rows.append((drawn.garbage, made, now_ms + drawn.delay_ms))
    sql.executemany(
        "INSERT INTO outbox (account, shop_id, event_no, part, body, due_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        [(account, event.shop_id, event.event_no, part, body, due_at_ms) for part, body, due_at_ms in rows],
    )


def register(sql: sqlite3.Connection, account: str, *, secret: str, webhook_url: str, shops: Iterable[str]) -> None:
    """Add an account or change it, let it claim shops, and give it what waited for an account."""
    sql.execute(
        "INSERT INTO account (account, secret, webhook_url) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET secret = excluded.secret, webhook_url = excluded.webhook_url,"
        " failures = 0, retry_at_ms = 0",
        (account, secret, webhook_url),
    )
    for shop_id in shops:
        sql.execute("INSERT OR REPLACE INTO account_shop (shop_id, account) VALUES (?, ?)", (shop_id, account))
        sql.execute("UPDATE outbox SET account = ? WHERE shop_id = ? AND state = 'waiting'", (account, shop_id))
    sql.execute("UPDATE outbox SET account = ? WHERE account IS NULL AND state = 'waiting'", (account,))


def backlog(sql: sqlite3.Connection, now_ms: int) -> Backlog:
    """Count what waits. Due is what would go out at this instant: nothing of a shop that is down or an account that backs off."""
    (pending,) = sql.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()
    if faults_of(sql).down(now_ms):
        return Backlog(pending=pending, due=0)
    (due,) = sql.execute(
        "SELECT count(*) FROM account JOIN outbox USING (account)"
        " WHERE state = 'waiting' AND due_at_ms <= ? AND retry_at_ms <= ?",
        (now_ms, now_ms),
    ).fetchone()
    return Backlog(pending=pending, due=due)


def faults_of(sql: sqlite3.Connection) -> Faults:
    """Read the faults in force."""
    row = sql.execute("SELECT told FROM fault").fetchone()
    return Faults() if row is None else msgspec.json.decode(row[0], type=Faults)


def set_faults(sql: sqlite3.Connection, faults: Faults) -> None:
    """Put faults in force for what happens from now on; what is queued keeps its fate."""
    sql.execute("INSERT OR REPLACE INTO fault (only, told) VALUES (1, ?)", (_encode(faults).decode(),))
