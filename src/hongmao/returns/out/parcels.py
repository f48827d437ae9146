"""Which items travel together in one request, and which do not leave at all. Pure: the sender packs, calls and reads.

A target that knows more of this than `TargetLimits` can say is a `Careful` one: it names an item's fault before anything is
sent, and the lot that it belongs to. Any other target's items are all fit and all of one lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from hongmao.returns.out.contracts import Answered, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hongmao.kernel.calls import Call
    from hongmao.returns.out.contracts import Outgoing, Target, TargetAccount

DEADLINE: Final = "deadline"
TOO_LARGE: Final = "too_large"


@runtime_checkable
class Careful(Protocol):
    """A target that can say beforehand what it will not take, and what may share a request."""

    def fault(self, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
        """Say why an item must not be sent as it is; None where it may be."""
        ...

    def lot(self, account: TargetAccount, item: Outgoing) -> str:
        """Name what items must have in common to share a request, such as the address they go to."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One request and what is in it."""

    items: Sequence[Outgoing]
    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What is to be sent, and what was turned away without a call, each with its verdict. Together: every item once."""

    parcels: Sequence[Parcel]
    turned_away: Sequence[tuple[Outgoing, Verdict]]


def pack(
    target: Target,
    account: TargetAccount,
    items: Sequence[Outgoing],
    *,
    now_ms: int,
    alone: Collection[str] = (),
    late: Collection[str] = (),
) -> Packed:
    """Pack items in their order, within every limit of the target. `alone` are the ids that may share no request.

    `late` are those that somebody sends although our deadline for them has passed: the target's own word decides.
    """
    away: list[tuple[Outgoing, Verdict]] = []
    lots: dict[str, list[Outgoing]] = {}
    for item in items:
        fault = _too_late(target, item, late, now_ms=now_ms) or _fault(target, account, item, now_ms=now_ms)
        if fault is None:
            lots.setdefault(_lot(target, account, item, alone), []).append(item)
        else:
            away.append((item, fault))
    parcels: list[Parcel] = []
    for lot in lots.values():
        for items_max in _chunks(lot, target.limits.batch_max):
            for one in _within_bytes(target, account, items_max, now_ms=now_ms):
                if isinstance(one, Parcel):
                    parcels.append(one)
                else:
                    away.append((one, Verdict(answered=Answered.REFUSED, reason=TOO_LARGE)))
    return Packed(parcels=parcels, turned_away=away)


def _too_late(target: Target, item: Outgoing, late: Collection[str], *, now_ms: int) -> Verdict | None:
    if item.id in late or now_ms - item.event.occurred_at_ms <= target.limits.deadline_ms:
        return None
    return Verdict(answered=Answered.REFUSED, reason=DEADLINE)


def _fault(target: Target, account: TargetAccount, item: Outgoing, *, now_ms: int) -> Verdict | None:
    return target.fault(account, item, now_ms=now_ms) if isinstance(target, Careful) else None


def _lot(target: Target, account: TargetAccount, item: Outgoing, alone: Collection[str]) -> str:
    lot = target.lot(account, item) if isinstance(target, Careful) else ""
    return f"{lot}\n{item.id}" if item.id in alone else lot


def _chunks(items: Sequence[Outgoing], size: int) -> Iterator[Sequence[Outgoing]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _within_bytes(
    target: Target, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int
) -> Iterator[Parcel | Outgoing]:
    """Halve what is too large until it fits; an item that is too large by itself is given back."""
    call = target.call(account, items, now_ms=now_ms)
    if len(call.body) <= target.limits.body_bytes_max:
        yield Parcel(items=tuple(items), call=call)
    elif len(items) == 1:
        yield items[0]
    else:
        middle = len(items) // 2
        yield from _within_bytes(target, account, items[:middle], now_ms=now_ms)
        yield from _within_bytes(target, account, items[middle:], now_ms=now_ms)
