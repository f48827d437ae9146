"""Holding, taking and freeing inside a transaction, beside whatever else is kept in it.

`posted_at_ms` is the caller's clock: it decides whether a hold's time is over, and a hold that is over gives nothing,
whether or not somebody has come by to send its money back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.ledger.contracts import HoldState, Posted, Take
from hongmao.ledger.errors import HoldMissing
from hongmao.ledger.holds import (
    check_take,
    free_key,
    freed,
    freeing,
    frozen_of,
    held_by,
    holding,
    take_key,
    taken,
    taking,
)
from hongmao.ledger.posting import open_accounts, post
from hongmao.ledger.rules import body_of, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.ledger.contracts import Account, Batch, Held, Hold
    from hongmao.ledger.store import LedgerWork

EXPIRED_AT_ONCE_MAX = 500


def hold(work: LedgerWork, holds: Sequence[Hold], posted_at_ms: int) -> tuple[Posted, ...]:
    """Hold money, all of them or none. A key that holds already is a duplicate, and the time it was given first stands."""
    batches = [holding(one) for one in holds]
    open_accounts(work, {frozen_of(one.source): 0 for one in holds})
    bodies = work.bodies({batch.key for batch in batches})
    fresh: dict[str, Held] = {}
    for one, batch in zip(holds, batches, strict=True):
        if not known(batch, body_of(batch), bodies):
            fresh.setdefault(one.key, held_by(one, posted_at_ms))
    answers = post(work, batches, posted_at_ms, of_holds=True)
    work.keep_holds(list(fresh.values()))
    return answers


def capture(
    work: LedgerWork, key: str, goal: Account, amount_fen: int, *, take: str, at_ms: int, posted_at_ms: int, why: str
) -> Posted:
    """Take a part of held money to an account."""
    return capture_all(
        work, (Take(key=key, take=take, goal=goal, amount_fen=amount_fen, at_ms=at_ms, why=why),), posted_at_ms
    )[0]


def capture_all(work: LedgerWork, takes: Sequence[Take], posted_at_ms: int) -> tuple[Posted, ...]:
    """Take parts, all of them or none, each seeing what those before it left."""
    for take in takes:
        check_take(take)
    work.head()
    holds = work.holds({take.key for take in takes})
    bodies = work.bodies({take_key(take) for take in takes})
    batches, changed = [], {}
    for take in takes:
        batch = taking(take, holds.get(take.key))
        body = body_of(batch)
        if not known(batch, body, bodies):
            bodies[batch.key] = body
            holds[take.key] = changed[take.key] = taken(take, holds[take.key], posted_at_ms)
        batches.append(batch)
    answers = post(work, batches, posted_at_ms, of_holds=True)
    work.keep_holds(list(changed.values()))
    return answers


def release(work: LedgerWork, key: str, *, at_ms: int, posted_at_ms: int, why: str = "free") -> Posted:
    """Send the rest of a hold back. Where it has gone back already, by hand or by time, that is a duplicate."""
    work.head()
    held = work.holds({key}).get(key)
    if held is None:
        raise HoldMissing(id=key)
    if work.bodies({free_key(key)}):
        return Posted(key=free_key(key), duplicate=True)
    return _free(work, [held], [freeing(held, why, at_ms)], HoldState.FREED, posted_at_ms)[0]


def expire_due(work: LedgerWork, now_ms: int, limit: int = EXPIRED_AT_ONCE_MAX) -> int:
    """Send back what is left of holds whose time is over, the longest overdue first; say how many there were.

    It counts now and not when the time was over: that day may be closed.
    """
    at_ms = max(now_ms, work.head().closed_before_ms)
    due = work.due_holds(now_ms, limit)
    if due:
        _free(work, due, [freeing(held, "expire", at_ms) for held in due], HoldState.EXPIRED, now_ms)
    return len(due)


def _free(
    work: LedgerWork, holds: Sequence[Held], batches: Sequence[Batch], state: HoldState, posted_at_ms: int
) -> tuple[Posted, ...]:
    answers = post(work, batches, posted_at_ms, of_holds=True)
    work.keep_holds([freed(held, state) for held in holds])
    return answers
