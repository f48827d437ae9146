"""Who looks whether credits of the money town give back what was paid, to whoever had paid it, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from hongmao.billing.contracts import click_key, compensation_key
from hongmao.billing.credits import credit_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billing.memory_billing import MemoryBillingStore
    from hongmao.billing.credits import Credit
    from hongmao.ledger.api import Account, Batch

_PROGRAMME = "coinvest."


class CreditAudit:
    """Holds each credit against the postings of its click."""

    def __init__(self, store: MemoryBillingStore) -> None:
        self._store = store
        self._credited: set[str] = set()
        self._seen: Counter[tuple[str, str]] = Counter()
        self.matched_back: Counter[tuple[str, str]] = Counter()
        """What credits brought back to programmes' purses, by programme and merchant."""

    def any_of(self, merchant: str) -> bool:
        """Tell whether any click of a merchant was credited."""
        return any(one.merchant == merchant for one in self._store.kept.credits.values())

    def look(self, batches: Mapping[str, Batch], *, charged: bool) -> None:
        """Look at the credits since the last look; `charged` where clicks were charged as well since then."""
        kept = self._store.kept
        gone: defaultdict[tuple[str, str], int] = defaultdict(int)
        for credit in [one for id, one in kept.credits.items() if id not in self._credited]:
            self._credited.add(credit.event_id)
            for programme, fen in self._credit(credit, batches).items():
                self.matched_back[programme, credit.merchant] += fen
                charge = kept.charges[credit.event_id]
                gone[programme, credit.merchant] += charge.amount_fen - charge.compensated_fen
        for key, gone_fen in gone.items():
            if not charged:
                now_fen = {(m.programme, str(m.merchant)): m.seen_fen for m in kept.members.values()}[key]
                assert now_fen <= max(0, self._seen[key] - gone_fen), (
                    "a credit gave the programme no room back (BILL-6)"
                )
        self._seen = Counter({(one.programme, one.merchant): one.seen_fen for one in kept.members.values()})
        made = {key for key in batches if key.startswith("credit/")}
        assert made == {credit_key(id) for id, one in kept.credits.items() if one.amount_fen}

    def _credit(self, credit: Credit, batches: Mapping[str, Batch]) -> Mapping[str, int]:
        """Hold a credit against its click; say what it brought back to which programme."""
        id, charge = credit.event_id, self._store.kept.charges[credit.event_id]
        assert charge.amount_fen, "a click that cost nothing was credited"
        assert credit.amount_fen + credit.compensated_fen == charge.amount_fen
        assert credit.compensated_fen == charge.compensated_fen, "what was given back is given back once"
        paid, back = _moved(batches[click_key(id)]), _moved(batches.get(credit_key(id)))
        for account, fen in back.items():
            assert fen * paid[account] < 0, f"{account} had no part in {id}"
            assert abs(fen) <= abs(paid[account]), f"{account} is given back more than it had paid for {id}"
        owners = _added(paid, _moved(batches.get(compensation_key(id))), back)
        assert not owners[charge.merchant or ""], f"{charge.merchant} has paid for {id} after it was credited (BILL-2)"
        assert not owners["@alibaba"], f"Alibaba has paid for {id} after it was credited (BILL-2)"
        assert not owners["@community"], f"the community keeps a part of {id}"
        matched = {a.kind.removeprefix(_PROGRAMME): -fen for a, fen in paid.items() if a.kind.startswith(_PROGRAMME)}
        given = {a.kind.removeprefix(_PROGRAMME): fen for a, fen in back.items() if a.kind.startswith(_PROGRAMME)}
        assert given == matched, "what a programme paid it gets back (BILL-6)"
        return given


def _moved(batch: Batch | None) -> Counter[Account]:
    moved: Counter[Account] = Counter()
    for entry in () if batch is None else batch.entries:
        moved[entry.account] += entry.amount_fen
    return moved


def _by_owner(moved: Mapping[Account, int]) -> Counter[str]:
    total: Counter[str] = Counter()
    for account, fen in moved.items():
        total[account.owner] += fen
    return total


def _added(*moved: Mapping[Account, int]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in moved:
        total.update(_by_owner(one))
    return total
