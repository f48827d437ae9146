"""Co-investment programmes: founded by the house, joined by merchants, matched as clicks are charged."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from hongmao.billing.coinvest import NAME_CHARS_MAX, PARTS_MAX, Member, Programme, Running, Wound, purse_of
from hongmao.billing.errors import (
    MemberElsewhere,
    ProgrammeBeyond,
    ProgrammeOver,
    ProgrammeRunning,
    ProgrammeTaken,
    ProgrammeUnknown,
)
from hongmao.billing.rules import COINVEST, found, outside_of
from hongmao.catalog.api import Permission, demand
from hongmao.kernel.ids import check_id
from hongmao.kernel.time import iso
from hongmao.ledger.api import Batch, Entry, open_accounts, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.store import BillingStore, BillingWork
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId

CAP_FEN_MAX = 10_000_000_000
COINVEST_END = f"{COINVEST}_end"


class Coinvesting:
    """What the house does with programmes. Matching itself happens where clicks are charged."""

    def __init__(self, store: BillingStore, catalog: Catalog, clock: Clock) -> None:
        """Work on billing's store."""
        self._store = store
        self._catalog = catalog
        self._clock = clock

    def found(
        self,
        who: Principal,
        id: str,
        *,
        own_parts: int,
        match_parts: int,
        cap_fen: int,
        member_cap_fen: int | None,
        from_ms: int,
        to_ms: int,
        credits_refunds: bool = False,
    ) -> Running:
        """Found a programme and fill its purse with the cap; the same one again changes nothing."""
        demand(who, Permission.TOP_UP)
        now_ms = self._clock.now_ms()
        programme = Programme(
            id=check_id(id, place="id"),
            own_parts=own_parts,
            match_parts=match_parts,
            cap_fen=cap_fen,
            member_cap_fen=member_cap_fen,
            from_ms=from_ms,
            to_ms=to_ms,
            by=who.id,
            at_ms=now_ms,
            credits_refunds=credits_refunds,
        )
        _check(programme)
        entered = found(programme, now_ms)
        with self._store.begin() as work:
            there = next((one for one in work.programmes() if one.id == id), None)
            if there is None:
                work.add_programme(programme)
                open_accounts(work.ledger, {e.account: 0 if e.amount_fen > 0 else None for e in entered.entries})
                post(work.ledger, (entered,), now_ms)
            elif replace(programme, by=there.by, at_ms=there.at_ms) != there:
                raise ProgrammeTaken(id=id)
            return replace(_running(work, there or programme), duplicate=there is not None)

    def join(self, who: Principal, id: str, merchant: MerchantId) -> Member:
        """Let a merchant take part from now on. Who comes back goes on from the totals it left with."""
        demand(who, Permission.TOP_UP)
        owner = self._catalog.merchant(who, merchant)
        now_ms = self._clock.now_ms()
        with self._store.begin() as work:
            programmes = {one.id: one for one in work.programmes()}
            if id not in programmes:
                raise ProgrammeUnknown(id=id)
            if programmes[id].to_ms <= now_ms:
                raise ProgrammeOver(id=id)
            mine = {one.programme: one for one in work.members([owner.id])}
            for member in mine.values():
                if member.left_at_ms is None and member.programme != id and programmes[member.programme].to_ms > now_ms:
                    raise MemberElsewhere(id=owner.id, programme=member.programme)
            there = mine.get(id) or Member(
                programme=id,
                merchant=owner.id,
                tenant=owner.tenant,
                seen_fen=0,
                matched_fen=0,
                joined_at_ms=now_ms,
                left_at_ms=None,
            )
            member = there if there.left_at_ms is None else replace(there, joined_at_ms=now_ms, left_at_ms=None)
            work.keep_members([member])
            return member

    def leave(self, who: Principal, id: str, merchant: MerchantId) -> Member:
        """End a merchant's part: clicks from now on are its own. Who has left already has left."""
        demand(who, Permission.TOP_UP)
        owner = self._catalog.merchant(who, merchant)
        with self._store.begin() as work:
            there = next((one for one in work.members([owner.id]) if one.programme == id), None)
            if there is None:
                raise ProgrammeUnknown(id=id)
            member = there if there.left_at_ms is not None else replace(there, left_at_ms=self._clock.now_ms())
            work.keep_members([member])
            return member

    def wind_up(self, who: Principal, id: str) -> Wound:
        """Send what a programme that is over has left back to its investor.

        Clicks of its time that are charged later are the merchants' own. What a credit brings back after that is left
        again, and goes by the next winding up.
        """
        demand(who, Permission.TOP_UP)
        now_ms = self._clock.now_ms()
        with self._store.begin() as work:
            programme = next((one for one in work.programmes() if one.id == id), None)
            if programme is None:
                raise ProgrammeUnknown(id=id)
            if programme.to_ms > now_ms:
                raise ProgrammeRunning(id=id, to=iso(programme.to_ms))
            purse = purse_of(id)
            left_fen = work.ledger.standings([purse])[purse].balance_fen
            if left_fen:
                at_ms = max(now_ms, work.ledger.head().closed_before_ms)
                post(work.ledger, (_wound_up(work, programme, left_fen, at_ms),), now_ms)
            return Wound(programme=id, returned_fen=left_fen)

    def running(self, who: Principal) -> Sequence[Running]:
        """List every programme with what its purse holds and its members, all of one moment."""
        demand(who, Permission.TOP_UP)
        with self._store.begin() as work:
            return [_running(work, programme) for programme in work.programmes()]


def _check(programme: Programme) -> None:
    limits = {"own_parts": PARTS_MAX, "match_parts": PARTS_MAX, "cap_fen": CAP_FEN_MAX}
    if programme.member_cap_fen is not None:
        limits["member_cap_fen"] = programme.cap_fen
    for name, limit in limits.items():
        value = getattr(programme, name)
        if type(value) is not int or not 0 < value <= limit:
            raise ProgrammeBeyond(place=name)
    if programme.from_ms >= programme.to_ms:
        raise ProgrammeBeyond(place="to")
    if len(programme.id) > NAME_CHARS_MAX:
        raise ProgrammeBeyond(place="id")


def _wound_up(work: BillingWork, programme: Programme, left_fen: int, at_ms: int) -> Batch:
    """Write the batch that sends what is left back to where it came from. A programme may be wound up again."""
    purse = purse_of(programme.id)
    keys = (f"{COINVEST_END}/{programme.id}/{n}" for n in itertools.count(1))
    return Batch(
        key=next(key for key in keys if not work.ledger.bodies([key])),
        why=COINVEST_END,
        at_ms=at_ms,
        entries=(
            Entry(account=purse, amount_fen=-left_fen),
            Entry(account=outside_of(purse), amount_fen=left_fen),
        ),
    )


def _running(work: BillingWork, programme: Programme) -> Running:
    purse = purse_of(programme.id)
    return Running(
        programme=programme,
        left_fen=work.ledger.standings([purse])[purse].balance_fen,
        members=tuple(one for one in work.members(None) if one.programme == programme.id),
    )
