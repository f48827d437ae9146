"""The chain of seals: each group of batches is hashed together with the hash of all before it.

    hash = SHA-256(hash before ‖ JSON of [[key, why, at_ms, posted_at_ms, [[owner, kind, line, funder, amount_fen], ...]], ...])

in hexadecimal digits, the JSON as UTF-8 without spaces, batches and entries in the order in which they were posted. No row
number is part of it: the same postings give the same head whatever keeps them. The first seal follows 64 zeros.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.ledger.contracts import Batch, Head, Seal

GENESIS = "0" * 64
_WRITE = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A batch as it is kept: with its number and when it was posted."""

    number: int
    posted_at_ms: int
    batch: Batch


def linked(before: str, batches: Sequence[tuple[Batch, int]]) -> str:
    """Hash a group of batches, each with when it was posted, behind what was sealed before it."""
    said = [
        [
            batch.key,
            batch.why,
            batch.at_ms,
            posted_at_ms,
            [[e.account.owner, e.account.kind, e.account.line, e.account.funder, e.amount_fen] for e in batch.entries],
        ]
        for batch, posted_at_ms in batches
    ]
    return hashlib.sha256(before.encode() + _WRITE(said)).hexdigest()


def first_broken(
    seals: Iterable[Seal], written: Iterable[Written], head: Head, *, start: Seal | None = None
) -> int | None:
    """Hash everything again, from the beginning or from behind a seal that is known to be good.

    Gives the number of the first seal that does not fit; one past the last where batches follow that nobody sealed, or
    where the head is not the last seal; None for a chain that is whole.
    """
    batches = iter(written)
    number, before, last = (start.number, start.hash, start.last_batch) if start else (0, GENESIS, 0)
    waiting = next(batches, None)
    for seal in seals:
        group: list[Written] = []
        while waiting is not None and waiting.number <= seal.last_batch:
            group.append(waiting)
            waiting = next(batches, None)
        if seal.number != number + 1 or not _fits(seal, group, before, last):
            return number + 1
        number, before, last = seal.number, seal.hash, seal.last_batch
    if waiting is not None or (head.seal, head.hash) != (number, before):
        return number + 1
    return None


def _fits(seal: Seal, group: Sequence[Written], before: str, last: int) -> bool:
    if not group or group[0].number != seal.first_batch or group[-1].number != seal.last_batch:
        return False
    if seal.first_batch <= last or sum(len(one.batch.entries) for one in group) != seal.entries:
        return False
    return linked(before, [(one.batch, one.posted_at_ms) for one in group]) == seal.hash
