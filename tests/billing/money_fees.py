"""Service fees of the money town: what is told of sub-orders, and who works out what should be owed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billing.memory_billing import MemoryBillingStore
    from hongmao.events.contracts import Logged
    from hongmao.ledger.api import Batch

PLATFORM: Final = "taobao"
_SLOTS: Final = {Kind.PAY: "pay", Kind.PRESALE_BALANCE: "pay", Kind.SETTLE: "settle", Kind.REFUND: "refund"}

Order = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a shop tells of a sub-order: a version of its payment, settlement or one of its refunds."""

    merchant: int
    kind: str
    sub: str
    version: int
    amount_fen: int
    fee_fen: int | None
    hours_ago: int
    ref: str


@dataclass(slots=True, kw_only=True)
class Terms:
    """What was set for a merchant, as the town was asked."""

    payer: str
    rate_ppm: int | None
    from_day: str


def told_event(id: str, told: Told, merchant: str, at_ms: int) -> Event:
    """Write down what a shop tells."""
    return Event(
        event_id=id,
        kind=Kind(told.kind),
        occurred_at_ms=at_ms,
        source=PLATFORM,
        tenant=f"t-{merchant}",
        merchant=merchant,
        platform=PLATFORM,
        sub_order_id=told.sub,
        ref=told.ref if Kind(told.kind) is Kind.REFUND else None,
        version=told.version,
        amount_fen=told.amount_fen,
        commission_fen=told.fee_fen,
    )


class FeeAudit:
    """Works out each sub-order's fee from all that was ever told, and adds up what was booked for it."""

    def __init__(self, store: MemoryBillingStore) -> None:
        self._store = store
        self._position = 0
        self._terms = 0
        self._told: defaultdict[Order, list[Event]] = defaultdict(list)
        self._booked: defaultdict[Order, Counter[tuple[str, str, str]]] = defaultdict(Counter)

    def look(self, log: Sequence[Logged], terms: dict[str, list[Terms]], batches: Iterable[Batch]) -> None:
        """Look at what was told and booked since the last look."""
        for batch in batches:
            if batch.key.startswith("fee/"):
                tenant, platform, sub = batch.key.split("/")[1:4]
                for entry in batch.entries:
                    account = (entry.account.owner, entry.account.kind, entry.account.funder)
                    self._booked[tenant, platform, sub][account] += entry.amount_fen
        for logged in log[self._position : self._store.kept.position]:
            event = logged.event
            if event.kind in _SLOTS:
                self._told[event.tenant or "", event.platform or "", event.sub_order_id or ""].append(event)
        self._position = self._store.kept.position
        assert self._store.kept.fees.keys() == self._told.keys()
        assert self._booked.keys() <= self._told.keys()
        for order, told in self._told.items():
            merchant = told[0].merchant or ""
            payer, state, fee_fen = _wanted(told, terms.get(merchant, []))
            line = self._store.kept.fees[order]
            assert (line.state, line.booked_fen, line.payer) == (state, fee_fen, payer), f"{order} (BILL-5)"
            owner = "@community" if payer == "community" else merchant
            standing = {account: fen for account, fen in self._booked[order].items() if fen}
            if fee_fen:
                assert standing == {
                    (owner, "service_fee", payer): -fee_fen,
                    ("@alibaba", "receivable", payer): fee_fen,
                }, f"{order} (BILL-5)"
            else:
                assert not standing, f"{order} (BILL-5)"


def _wanted(told: Sequence[Event], terms: Sequence[Terms]) -> tuple[str | None, str, int]:
    """Say who has to pay what by the newest word on each thing, and what is known of it."""
    newest: dict[tuple[str, str], Event] = {}
    for event in sorted(told, key=_age):
        newest[_SLOTS[event.kind], event.ref or ""] = event
    pay, settle = newest.get(("pay", "")), newest.get(("settle", ""))
    refunds = [event for (slot, _), event in sorted(newest.items()) if slot == "refund"]
    first = pay or settle or min(refunds, key=lambda event: event.occurred_at_ms)
    day = datetime.fromtimestamp(first.occurred_at_ms / 1000, SHANGHAI).date().isoformat()
    begun = [one for one in terms if one.from_day <= day]
    if not begun:
        return None, "no_terms", 0
    last = max(one.from_day for one in begun)
    said = [one for one in begun if one.from_day == last][-1]
    if settle is not None and (fee_fen := _fee(settle, said)) is not None:
        return said.payer, "settled", fee_fen
    if pay is None or (fee_fen := _fee(pay, said)) is None:
        return said.payer, "unknown", 0
    paid_fen = pay.amount_fen or 0
    left_fen = max(0, paid_fen - sum(event.amount_fen or 0 for event in refunds))
    return said.payer, "estimated", fee_fen * left_fen // paid_fen if paid_fen else fee_fen


def _fee(event: Event, said: Terms) -> int | None:
    if event.commission_fen is not None:
        return event.commission_fen
    return None if said.rate_ppm is None else (event.amount_fen or 0) * said.rate_ppm // 1_000_000


def _age(event: Event) -> tuple[int, int, int, int]:
    """Order words: by version, and where a version says two things, by when, how much and which fee."""
    fee_fen = -1 if event.commission_fen is None or event.kind is Kind.REFUND else event.commission_fen
    return event.version or 0, event.occurred_at_ms, event.amount_fen or 0, fee_fen
