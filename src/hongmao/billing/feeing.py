"""Service fees: terms set by the house, facts followed in the log, the difference booked in the log's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from hongmao.billing.errors import FeeTermsBeyond, FeeUnitUnconfirmed
from hongmao.billing.fees import (
    PPM,
    WHY,
    WHY_TERMS,
    FeeTerms,
    Payer,
    booked,
    fact_of,
    is_news,
    new_line,
    owed,
    receivable_of,
)
from hongmao.catalog.api import Permission, demand
from hongmao.kernel.ids import check_id
from hongmao.ledger.api import open_accounts, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.billing.fees import FeeLine, FeeTotal
    from hongmao.billing.store import BillingStore, BillingWork
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.events.contracts import Event
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId
    from hongmao.ledger.api import Account, Batch

LINES_AT_ONCE = 500


class Fees:
    """Service fees of sub-orders, per merchant and platform."""

    def __init__(self, store: BillingStore, catalog: Catalog, clock: Clock) -> None:
        """Work on billing's store."""
        self._store = store
        self._catalog = catalog
        self._clock = clock

    def follow(self, work: BillingWork, events: Iterable[Event]) -> None:
        """Book what a piece of the log says about fees; what it has said before changes nothing."""
        told = [fact for event in events if (fact := fact_of(event)) is not None]
        if not told:
            return
        orders = {fact.order for fact in told}
        known = {order: dict(facts) for order, facts in work.beside.fees.facts(orders).items()}
        lines = dict(work.beside.fees.lines(orders))
        mine = {fact.merchant for fact in told} | {fact.merchant for facts in known.values() for fact in facts.values()}
        terms = work.beside.fees.terms(mine)
        closed_before_ms = work.ledger.head().closed_before_ms
        news, batches = {}, []
        for fact in told:
            facts, slot = known.setdefault(fact.order, {}), (fact.slot, fact.ref)
            if not is_news(fact, facts.get(slot)):
                continue
            facts[slot] = news[fact.order, slot] = fact
            line, batch = booked(
                lines.get(fact.order) or new_line(fact),
                owed(facts, terms),
                sign=f"{fact.slot}/{fact.version}",
                why=WHY[fact.slot],
                at_ms=max(fact.at_ms, closed_before_ms),
            )
            lines[fact.order] = line
            batches += [batch] if batch is not None else []
        work.beside.fees.keep_facts(list(news.values()))
        work.beside.fees.keep_lines([lines[order] for order in {order for order, _ in news}])
        _post(work, batches, self._clock.now_ms())

    def set_terms(
        self,
        who: Principal,
        merchant: MerchantId,
        platform: str,
        *,
        payer: Payer | str,
        from_day: str,
        rate_ppm: int | None = None,
        unit_confirmed: bool = False,
    ) -> tuple[FeeTerms, bool]:
        """Say who pays a merchant's fees for payments from a day on; say whether that is new.

        What was paid since that day is booked anew as of now. Terms are never changed: later ones of a day outrank
        earlier ones. A rate whose unit nobody has confirmed is refused (BILL-5).
        """
        demand(who, Permission.TOP_UP)
        owner = self._catalog.merchant(who, merchant)
        now_ms = self._clock.now_ms()
        terms = FeeTerms(
            number=0,
            tenant=owner.tenant,
            merchant=owner.id,
            platform=check_id(platform, place="platform"),
            payer=_payer(payer),
            rate_ppm=_rate(rate_ppm, unit_confirmed=unit_confirmed),
            unit_confirmed=unit_confirmed,
            from_day=_day(from_day),
            by=who.id,
            at_ms=now_ms,
        )
        with self._store.begin() as work:
            alike = [one for one in work.beside.fees.terms([owner.id]) if one.platform == platform]
            same_day = [one for one in alike if one.from_day == terms.from_day]
            if same_day and same_day[-1].body == terms.body:
                return same_day[-1], False
            kept = work.beside.fees.add_terms(terms)
            self._book_anew(work, [*alike, kept], kept, now_ms)
        return kept, True

    def terms(self, who: Principal, merchant: MerchantId) -> Sequence[FeeTerms]:
        """List a merchant's terms, in the order in which they were set."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        return self._store.beside.fee_terms(owner.tenant, owner.id)

    def totals(self, who: Principal, merchant: MerchantId) -> Sequence[FeeTotal]:
        """Add a merchant's fees up by platform, by what is known of them and by who pays."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        return self._store.beside.fee_totals(owner.tenant, owner.id)

    def _book_anew(self, work: BillingWork, terms: Sequence[FeeTerms], new: FeeTerms, now_ms: int) -> None:
        fees, after = work.beside.fees, ""
        at_ms = max(now_ms, work.ledger.head().closed_before_ms)
        while lines := fees.lines_of(new.merchant, new.platform, after=after, limit=LINES_AT_ONCE):
            facts = fees.facts([line.order for line in lines])
            pairs = [
                booked(line, owed(facts[line.order], terms), sign=f"terms/{new.number}", why=WHY_TERMS, at_ms=at_ms)
                for line in lines
            ]
            fees.keep_lines([_dated(after_, before) for before, (after_, _) in zip(lines, pairs, strict=True)])
            _post(work, [batch for _, batch in pairs if batch is not None], now_ms)
            after = lines[-1].sub_order


def _dated(line: FeeLine, before: FeeLine) -> FeeLine:
    """Let a line that nothing was booked on keep the instant of its last booking."""
    return line if line.bookings != before.bookings else replace(line, at_ms=before.at_ms)


def _post(work: BillingWork, batches: Sequence[Batch], now_ms: int) -> None:
    if not batches:
        return
    bearing: set[Account] = {
        one.account for batch in batches for one in batch.entries if one.account.kind != "receivable"
    }
    open_accounts(work.ledger, {one: None for bearer in bearing for one in (bearer, receivable_of(bearer))})
    post(work.ledger, batches, now_ms)


def _payer(payer: Payer | str) -> str:
    if payer not in set(Payer):
        raise FeeTermsBeyond(place="payer")
    return Payer(payer).value


def _rate(rate_ppm: int | None, *, unit_confirmed: bool) -> int | None:
    if rate_ppm is None:
        return None
    if type(rate_ppm) is not int or not 0 <= rate_ppm <= PPM:
        raise FeeTermsBeyond(place="rate_ppm")
    if unit_confirmed is not True:
        raise FeeUnitUnconfirmed(place="rate_ppm")
    return rate_ppm


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        raise FeeTermsBeyond(place="from_day") from None
    if day != text:  # one way of writing it, so that days compare as text
        raise FeeTermsBeyond(place="from_day")
    return day
