"""Credits: the house gives back what clicks were charged, once each, and every funder gets its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.billing.coinvest import takes_part, undone
from hongmao.billing.contracts import Line, click_key, compensation_key
from hongmao.billing.credits import (
    Credit,
    Credited,
    CreditReason,
    compensated_fen,
    crediting,
    matched,
    paid_fen,
)
from hongmao.billing.errors import (
    AlreadyCredited,
    ChargeUnknown,
    CreditBeyond,
    NothingCharged,
    RefundNotCredited,
)
from hongmao.catalog.api import Permission, demand, sees
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.kernel.time import Window
from hongmao.ledger.api import post

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.billing.coinvest import Member, Programme
    from hongmao.billing.contracts import Charge
    from hongmao.billing.credits import NoteCredit
    from hongmao.billing.store import BillingStore, BillingWork
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.ledger.api import Batch

CREDITS_AT_ONCE_MAX = 500
CREDITS_PAGE_MAX = 1_000
REMARK_CHARS_MAX = 200


class Credits:
    """冲正 of charges that should not stand."""

    def __init__(self, store: BillingStore, catalog: Catalog, clock: Clock) -> None:
        """Work on billing's store."""
        self._store = store
        self._catalog = catalog
        self._clock = clock

    def give(
        self, who: Principal, event_ids: Sequence[str], reason: CreditReason | str, remark: str = ""
    ) -> Sequence[Credited]:
        """Give back what clicks were charged, all of them or none; the same credit again changes nothing."""
        demand(who, Permission.CREDIT)
        why = _reason(reason)
        wanted = list(dict.fromkeys(check_id(event_id, place="events") for event_id in event_ids))
        if not 0 < len(wanted) <= CREDITS_AT_ONCE_MAX:
            raise CreditBeyond(place="events", clicks_max=CREDITS_AT_ONCE_MAX, chars_max=REMARK_CHARS_MAX)
        if len(remark) > REMARK_CHARS_MAX or not remark.isprintable():
            raise CreditBeyond(place="remark", clicks_max=CREDITS_AT_ONCE_MAX, chars_max=REMARK_CHARS_MAX)
        now_ms = self._clock.now_ms()
        with self._store.begin() as work:
            charges = work.beside.credits.charges(sees(who), wanted)
            there = work.beside.credits.find(charges)
            fresh = [_chargeable(charges, event_id) for event_id in wanted if _is_new(event_id, there, why)]
            given = {credit.event_id: credit for credit in _give(work, fresh, why, remark, by=who.id, now_ms=now_ms)}
        return [
            Credited(credit=given.get(event_id) or there[event_id], duplicate=event_id not in given)
            for event_id in wanted
        ]

    def of(self, event_id: str, *, tenant: TenantId | None = None) -> Credit | None:
        """Find the credit of a click; for an answer to a tenant, name it."""
        return self._store.beside.credits(tenant, [event_id]).get(event_id)

    def of_all(self, event_ids: Sequence[str], *, tenant: TenantId | None = None) -> Mapping[str, Credit]:
        """Find the credits of clicks; those that were not given back are left out."""
        return self._store.beside.credits(tenant, event_ids)

    def credited(self, tenant: TenantId | None, window: Window) -> Sequence[NoteCredit]:
        """Add up what was given back of clicks that happened in a window, by merchant and note. For read models."""
        return self._store.beside.credited(tenant, window)

    def listed(
        self,
        who: Principal,
        merchant: MerchantId,
        from_ms: int,
        to_ms: int,
        *,
        after: str = "",
        limit: int = CREDITS_PAGE_MAX,
    ) -> Sequence[Credit]:
        """List the credits that a merchant was given from one instant to another, by click, page by page."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        window = Window(from_ms, max(from_ms, to_ms))
        return self._store.beside.credit_page(owner.tenant, owner.id, window, after=after, limit=limit)


def _reason(reason: CreditReason | str) -> CreditReason:
    if reason not in set(CreditReason):
        raise CreditBeyond(place="reason", clicks_max=CREDITS_AT_ONCE_MAX, chars_max=REMARK_CHARS_MAX)
    return CreditReason(reason)


def _is_new(event_id: str, there: Mapping[str, Credit], why: CreditReason) -> bool:
    known = there.get(event_id)
    if known is not None and known.reason != why:
        raise AlreadyCredited(id=event_id, reason=known.reason)
    return known is None


def _chargeable(charges: Mapping[str, Charge], event_id: str) -> Charge:
    if event_id not in charges:
        raise ChargeUnknown(id=event_id)
    if not charges[event_id].amount_fen:
        raise NothingCharged(id=event_id, reason=charges[event_id].reason)
    return charges[event_id]


def _give(
    work: BillingWork, charges: Sequence[Charge], why: CreditReason, remark: str, *, by: str, now_ms: int
) -> list[Credit]:
    if not charges:
        return []
    keys = [key(one.event_id) for one in charges for key in (click_key, compensation_key)]
    postings = work.beside.credits.postings(keys)
    members = {(one.programme, one.merchant): one for one in work.members({c.merchant for c in charges if c.merchant})}
    programmes = {one.id: one for one in work.programmes()} if members else {}
    at_ms = max(now_ms, work.ledger.head().closed_before_ms)
    given: list[Credit] = []
    batches: list[Batch] = []
    changed: dict[tuple[str, MerchantId], Member] = {}
    for charge in charges:
        charged = postings[click_key(charge.event_id)]
        member = _member_of(charge, charged, members, programmes)
        if why is CreditReason.REFUND and (member is None or not programmes[member.programme].credits_refunds):
            raise RefundNotCredited(id=charge.event_id)
        batch = _batch(charge, charged, postings, at_ms)
        if batch is not None:
            batches.append(batch)
        if member is not None:
            after = undone(member, charge.amount_fen - charge.compensated_fen, matched(batch).get(member.programme, 0))
            members[member.programme, member.merchant] = changed[member.programme, member.merchant] = after
        given.append(_credit(charge, batch, why, remark, by=by, now_ms=now_ms))
    work.beside.credits.add(given)
    work.keep_members(list(changed.values()))
    if batches:
        post(work.ledger, batches, now_ms)
    return given


def _member_of(
    charge: Charge,
    charged: Batch,
    members: Mapping[tuple[str, MerchantId], Member],
    programmes: Mapping[str, Programme],
) -> Member | None:
    """Find whose totals a click is in: the programme that paid a part of it, or would have with a purse less empty."""
    if charge.merchant is None:
        return None
    for programme in matched(charged):
        if (programme, charge.merchant) in members:
            return members[programme, charge.merchant]
    if charge.line != Line.CID:
        return None
    mine = sorted(
        (one for one in members.values() if one.merchant == charge.merchant),
        key=lambda one: (one.joined_at_ms, one.programme),
    )
    return next((one for one in mine if takes_part(programmes[one.programme], one, charge.at_ms)), None)


def _batch(charge: Charge, charged: Batch, postings: Mapping[str, Batch], at_ms: int) -> Batch | None:
    before = postings.get(compensation_key(charge.event_id))
    less_fen = 0 if charge.merchant is None else compensated_fen(before, charge.merchant)
    return crediting(charge.event_id, charged, less_fen, at_ms)


def _credit(charge: Charge, batch: Batch | None, why: CreditReason, remark: str, *, by: str, now_ms: int) -> Credit:
    back_fen = paid_fen(batch)
    return Credit(
        event_id=charge.event_id,
        tenant=charge.tenant,
        merchant=charge.merchant or MerchantId(""),
        note=charge.note,
        amount_fen=back_fen,
        compensated_fen=charge.amount_fen - back_fen,
        reason=why.value,
        remark=remark,
        by=by,
        at_ms=now_ms,
    )
