"""What may be posted. Pure: batches and standings go in, what is to be written comes out, or the first rule broken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hongmao.kernel.fingerprint import fingerprint
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.kernel.time import iso
from hongmao.ledger.contracts import Account, Batch, Posted, Standing, name_of
from hongmao.ledger.errors import (
    AccountMissing,
    AmountNotWhole,
    BatchTooSmall,
    BatchUnbalanced,
    FrozenTouched,
    FundsMissing,
    KeyMalformed,
    KeyReused,
    PeriodClosed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENTRIES_MIN = 2
FROZEN = "frozen"
"""The kind of account that held money stands on. It belongs to holds: nobody else posts to one."""
KEY = re.compile(r"[!-~]{1,160}")
OF_HOLDS = ("hold/", "hold-take/", "hold-free/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What posting a group means: an answer per batch, the batches to write with their fingerprints, the standings after."""

    answers: tuple[Posted, ...]
    fresh: tuple[tuple[Batch, str], ...]
    standings: Mapping[Account, Standing]


def plan(
    batches: Sequence[Batch],
    bodies: Mapping[str, str],
    standings: Mapping[Account, Standing],
    *,
    closed_before_ms: int = 0,
    of_holds: bool = False,
) -> Plan:
    """Decide on a group, all or nothing, each batch seeing what those before it left.

    `bodies` holds the fingerprint of every key that was posted before; nothing new may count before `closed_before_ms`.
    Raises the first rule broken, in the order of `errors`. `of_holds` lets the keys through that are theirs.
    """
    bodies, standings = dict(bodies), dict(standings)
    answers: list[Posted] = []
    fresh: list[tuple[Batch, str]] = []
    for batch in batches:
        check(batch, of_holds=of_holds)
        body = body_of(batch)
        duplicate = known(batch, body, bodies)
        if not duplicate:
            bodies[batch.key] = body
            if batch.at_ms < closed_before_ms:
                raise PeriodClosed(id=batch.key, at=iso(batch.at_ms), closed_before=iso(closed_before_ms))
            standings.update(after(batch, standings))
            fresh.append((batch, body))
        answers.append(Posted(key=batch.key, duplicate=duplicate))
    return Plan(answers=tuple(answers), fresh=tuple(fresh), standings=standings)


def known(batch: Batch, body: str, bodies: Mapping[str, str]) -> bool:
    """Tell whether a batch was posted before; `KeyReused` where its key was, with something else."""
    there = bodies.get(batch.key)
    if there is not None and there != body:
        raise KeyReused(key=batch.key, id=batch.key)
    return there is not None


def check(batch: Batch, *, of_holds: bool = False) -> None:
    """Look at a batch by itself: enough entries, a key, whole amounts, a sum of zero."""
    if len(batch.entries) < ENTRIES_MIN:
        raise BatchTooSmall(place=batch.key, entries=len(batch.entries))
    if KEY.fullmatch(batch.key) is None or batch.key.startswith(OF_HOLDS) != of_holds:
        raise KeyMalformed(place=batch.key)
    for entry in batch.entries:
        if not is_whole(entry.amount_fen) or entry.amount_fen == 0:
            raise AmountNotWhole(place=batch.key, amount=entry.amount_fen)
    total = sum(entry.amount_fen for entry in batch.entries)
    if total != 0:
        raise BatchUnbalanced(place=batch.key, sum_fen=total)
    if not of_holds:
        refuse_frozen(batch.key, *(entry.account for entry in batch.entries))


def refuse_frozen(place: str, *accounts: Account) -> None:
    """Let money on a frozen account be moved by its hold alone."""
    frozen = next((account for account in accounts if account.kind == FROZEN), None)
    if frozen is not None:
        raise FrozenTouched(place=place, account=name_of(frozen))


def is_whole(amount_fen: object) -> bool:
    """Tell whether an amount is a whole number of fen that an account can hold."""
    return type(amount_fen) is int and abs(amount_fen) <= AMOUNT_FEN_MAX


def after(batch: Batch, standings: Mapping[Account, Standing]) -> dict[Account, Standing]:
    """Give the standings of the accounts that a batch touches, as it leaves them."""
    moved: Counter[Account] = Counter()
    for entry in batch.entries:
        if entry.account not in standings:
            raise AccountMissing(account=name_of(entry.account), id=name_of(entry.account))
        moved[entry.account] += entry.amount_fen
    return {account: _moved(account, standings[account], by_fen) for account, by_fen in moved.items()}


def body_of(batch: Batch) -> str:
    """Fingerprint what a batch says. When it was told is no part of that: a retry is told later."""
    entries = [[name_of(entry.account), entry.amount_fen] for entry in batch.entries]
    return fingerprint({"why": batch.why, "entries": entries})


def _moved(account: Account, standing: Standing, by_fen: int) -> Standing:
    left_fen = standing.balance_fen + by_fen
    # Money that comes in is welcome on every account, even one that stands below its floor.
    if by_fen < 0 and standing.floor_fen is not None and left_fen < standing.floor_fen:
        have_fen = standing.balance_fen - standing.floor_fen
        raise FundsMissing(account=name_of(account), need_fen=-by_fen, have_fen=have_fen, id=name_of(account))
    return replace(standing, balance_fen=left_fen)
