"""Holds, pure: what is posted when money is held, taken and freed, and when it may be.

    hold/K          source → frozen            the whole amount
    hold-take/N/K   frozen → where it goes     part N, at most what is left
    hold-free/K     frozen → source            the rest, because somebody freed it or its time was over

A key of a hold says by itself what it does, since no name of a part has a slash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hongmao.kernel.time import iso
from hongmao.ledger.contracts import Account, Batch, Entry, Held, HoldState
from hongmao.ledger.errors import (
    AmountNotWhole,
    HoldEnded,
    HoldExceeded,
    HoldExpired,
    HoldMissing,
    KeyMalformed,
)
from hongmao.ledger.rules import FROZEN, KEY, check, is_whole, refuse_frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.ledger.contracts import Hold, Take

HOLD, TAKE, FREE = "hold", "hold-take", "hold-free"


def frozen_of(source: Account) -> Account:
    """Name the account on which an account's held money stands: same owner, line and funder."""
    return replace(source, kind=FROZEN)


def holding(hold: Hold) -> Batch:
    """Write the batch that holds."""
    _positive(hold.key, hold.amount_fen)
    refuse_frozen(hold.key, hold.source)
    if KEY.fullmatch(free_key(hold.key)) is None:  # it is longer than the one that holds, and has to be a key as well
        raise KeyMalformed(place=hold.key)
    source, frozen = hold.source, frozen_of(hold.source)
    batch = _move(f"{HOLD}/{hold.key}", hold.why, hold.at_ms, source, frozen, hold.amount_fen)
    check(batch, of_holds=True)
    return batch


def held_by(hold: Hold, now_ms: int) -> Held:
    """Give what a new hold leads to; `HoldExpired` where it would be over before it began."""
    if now_ms >= hold.expires_at_ms:
        raise HoldExpired(id=hold.key, expired_at=iso(hold.expires_at_ms))
    return Held(
        key=hold.key,
        source=hold.source,
        held_fen=hold.amount_fen,
        left_fen=hold.amount_fen,
        state=HoldState.HELD,
        takes=0,
        expires_at_ms=hold.expires_at_ms,
        at_ms=hold.at_ms,
    )


def take_key(take: Take) -> str:
    """Give the key of a part's batch."""
    if not take.take or "/" in take.take:
        raise KeyMalformed(place=take.take)
    return f"{TAKE}/{take.take}/{take.key}"


def free_key(key: str) -> str:
    """Give the key of the batch that frees the rest."""
    return f"{FREE}/{key}"


def check_take(take: Take) -> None:
    """Look at a part by itself."""
    _positive(take.key, take.amount_fen)
    take_key(take)
    refuse_frozen(take.key, take.goal)


def taking(take: Take, held: Held | None) -> Batch:
    """Write the batch that takes a part."""
    if held is None:
        raise HoldMissing(id=take.key)
    batch = _move(take_key(take), take.why, take.at_ms, frozen_of(held.source), take.goal, take.amount_fen)
    check(batch, of_holds=True)
    return batch


def taken(take: Take, held: Held, now_ms: int) -> Held:
    """Give what a part leaves of a hold, or the first reason why it may not be taken."""
    if held.state is not HoldState.HELD:
        raise HoldEnded(id=held.key, state=held.state.value)
    if now_ms >= held.expires_at_ms:
        raise HoldExpired(id=held.key, expired_at=iso(held.expires_at_ms))
    if take.amount_fen > held.left_fen:
        raise HoldExceeded(id=held.key, left_fen=held.left_fen, need_fen=take.amount_fen)
    left_fen = held.left_fen - take.amount_fen
    state = HoldState.HELD if left_fen else HoldState.TAKEN
    return replace(held, left_fen=left_fen, state=state, takes=held.takes + 1)


def freeing(held: Held, why: str, at_ms: int) -> Batch:
    """Write the batch that frees the rest."""
    if held.state is not HoldState.HELD:
        raise HoldEnded(id=held.key, state=held.state.value)
    return _move(free_key(held.key), why, at_ms, frozen_of(held.source), held.source, held.left_fen)


def freed(held: Held, state: HoldState) -> Held:
    """Give a hold of which nothing is left."""
    return replace(held, left_fen=0, state=state)


@dataclass(slots=True)
class Traced:
    """What batches say of one hold."""

    source: Account
    held_fen: int
    left_fen: int
    takes: int = 0
    over: bool = False

    def is_told_by(self, held: Held) -> bool:
        """Tell whether the index says the same."""
        mine = (self.source, self.held_fen, self.left_fen, self.takes, self.over or not self.left_fen)
        return mine == (held.source, held.held_fen, held.left_fen, held.takes, held.state is not HoldState.HELD)


def trace(batches: Iterable[Batch]) -> dict[str, Traced]:
    """Follow holds through the batches that hold, take and free, in their order; other batches are passed over."""
    found: dict[str, Traced] = {}
    for batch in batches:
        act, _, key = batch.key.partition("/")
        amount_fen = sum(entry.amount_fen for entry in batch.entries if entry.amount_fen > 0)
        if act == HOLD:
            source = next(entry.account for entry in batch.entries if entry.amount_fen < 0)
            found[key] = Traced(source=source, held_fen=amount_fen, left_fen=amount_fen)
        elif act == TAKE and (one := found.get(key.partition("/")[2])):
            one.left_fen -= amount_fen
            one.takes += 1
        elif act == FREE and (one := found.get(key)):
            one.left_fen -= amount_fen
            one.over = True
    return found


def misfits(traced: dict[str, Traced], index: Iterable[Held]) -> tuple[str, ...]:
    """List the holds of which the batches and the index say different things, or only one of them says anything."""
    left = dict(traced)
    faulty = {held.key for held in index if (one := left.pop(held.key, None)) is None or not one.is_told_by(held)}
    return tuple(sorted(faulty | set(left)))


def _positive(place: str, amount_fen: int) -> None:
    if not is_whole(amount_fen) or amount_fen <= 0:
        raise AmountNotWhole(place=place, amount=amount_fen)


def _move(key: str, why: str, at_ms: int, source: Account, goal: Account, amount_fen: int) -> Batch:
    entries = (Entry(account=source, amount_fen=-amount_fen), Entry(account=goal, amount_fen=amount_fen))
    return Batch(key=key, why=why, at_ms=at_ms, entries=entries)
