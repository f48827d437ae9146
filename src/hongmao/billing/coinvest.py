"""共投 co-investment: somebody pays a part of what a merchant's clicks cost, up to a cap. Pure.

    matched = ⌊ all prices of the member's clicks × match_parts ÷ (own_parts + match_parts) ⌋

kept as a running total: each click brings what the total still lacks. So no rounding adds up, and where the log is cut
into pieces changes nothing. Own to match 10:3 makes clicks of 13,000.00 out of 10,000.00 own and 3,000.00 matched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hongmao.billing.contracts import ALIBABA, FUNDER, Line
from hongmao.ledger.contracts import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hongmao.kernel.ids import MerchantId, TenantId

PARTS_MAX = 1_000
NAME_CHARS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """共投计划: who matches, in which parts, at most how much in all and for one member, and for clicks of when."""

    id: str
    own_parts: int
    match_parts: int
    cap_fen: int
    member_cap_fen: int | None
    from_ms: int
    to_ms: int
    by: str
    at_ms: int
    credits_refunds: bool = False
    """Whether a click of its members is given back when the order that came of it was sent back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A merchant in a programme: what its clicks have cost so far, and how much of that was matched."""

    programme: str
    merchant: MerchantId
    tenant: TenantId
    seen_fen: int
    matched_fen: int
    joined_at_ms: int
    left_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A programme as it stands: what its purse still holds, and who is in it or was.

    `duplicate` where it was asked for again.
    """

    programme: Programme
    left_fen: int
    members: tuple[Member, ...]
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wound:
    """结清: what was sent back to whoever had paid a programme's purse; 0 where nothing was left."""

    programme: str
    returned_fen: int


def purse_of(programme: str) -> Account:
    """Name the purse of a programme. It holds the cap at first and never falls below zero, so nobody is matched beyond."""
    return Account(owner=ALIBABA, kind=f"coinvest.{programme}", line=Line.CID.value, funder=FUNDER[Line.UD])


def due_fen(programme: Programme, member: Member, price_fen: int, purse_fen: int) -> int:
    """Say how much of a price is matched: what the running total lacks, cut at the price, both caps and the purse."""
    parts = programme.own_parts + programme.match_parts
    wanted_fen = (member.seen_fen + price_fen) * programme.match_parts // parts - member.matched_fen
    caps_fen = [price_fen, purse_fen]
    if programme.member_cap_fen is not None:
        caps_fen.append(programme.member_cap_fen - member.matched_fen)
    return max(0, min(wanted_fen, *caps_fen))


def takes_part(programme: Programme, member: Member, at_ms: int) -> bool:
    """Tell whether a click of an instant is the programme's to match."""
    left_at_ms = programme.to_ms if member.left_at_ms is None else min(member.left_at_ms, programme.to_ms)
    return max(programme.from_ms, member.joined_at_ms) <= at_ms < left_at_ms


def undone(member: Member, price_fen: int, matched_fen: int) -> Member:
    """Take a click out of a member's totals that was given back: its share is the programme's to match again."""
    return replace(member, seen_fen=max(0, member.seen_fen - price_fen), matched_fen=member.matched_fen - matched_fen)


class Matching:
    """The members' running totals while clicks are charged one after the other."""

    def __init__(self, programmes: Iterable[Programme] = (), members: Iterable[Member] = ()) -> None:
        """Begin with what is kept. A merchant of several programmes is matched by the one it joined first."""
        self._programmes = {one.id: one for one in programmes}
        self._members: dict[MerchantId, list[Member]] = {}
        for member in sorted(members, key=lambda one: (one.joined_at_ms, one.programme)):
            self._members.setdefault(member.merchant, []).append(member)
        self._changed: dict[tuple[str, MerchantId], Member] = {}

    def part(self, merchant: MerchantId, price_fen: int, at_ms: int, funds_fen: Mapping[Account, int]) -> Match | None:
        """Say what a programme pays of a click; None where none matches this merchant then."""
        for member in self._members.get(merchant, ()):
            programme = self._programmes[member.programme]
            if takes_part(programme, member, at_ms):
                purse = purse_of(programme.id)
                return Match(
                    member=member,
                    purse=purse,
                    amount_fen=due_fen(programme, member, price_fen, funds_fen.get(purse, 0)),
                )
        return None

    def keep(self, match: Match, price_fen: int) -> None:
        """Count a click that was paid."""
        was = match.member
        now = replace(was, seen_fen=was.seen_fen + price_fen, matched_fen=was.matched_fen + match.amount_fen)
        mine = self._members[was.merchant]
        mine[mine.index(was)] = now
        self._changed[now.programme, now.merchant] = now

    @property
    def changed(self) -> tuple[Member, ...]:
        """Give the members whose totals have moved."""
        return tuple(self._changed.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a programme pays of one click; 0 where a cap is reached, or the fen are not full yet."""

    member: Member
    purse: Account
    amount_fen: int
