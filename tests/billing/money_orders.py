"""Who looks whether creators' orders of the money town froze, sent back and paid out what they say, once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from hongmao.ledger.api import Account, HoldState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billing.memory_billing import MemoryBillingStore
    from hongmao.billing.creators import OrderTerms
    from hongmao.ledger.api import Batch

ENDED: Final = {HoldState.TAKEN, HoldState.FREED}
LINE: Final = "creator"
KEYS: Final = "pgy/"
"""How the keys of holds for orders begin."""


class OrderAudit:
    """Holds the accounts of the line of creators against the orders and what has become of their holds."""

    def __init__(self, store: MemoryBillingStore) -> None:
        self._store = store
        self._paid_in: Counter[Account] = Counter()

    def look(self, batches: Iterable[Batch]) -> None:
        """Look at all orders."""
        kept, books = self._store.kept, self._store.ledger.books
        for batch in batches:
            for entry in batch.entries:
                if batch.why == "top_up" and entry.account.line == LINE:
                    self._paid_in[entry.account] += entry.amount_fen
        expected = Counter(self._paid_in)
        for order in kept.orders.values():
            held, all_fen = books.holds[_key(order)], order.price_fen + order.fee_fen
            assert order.fee_fen == (order.price_fen + 5) // 10, "the fee is a tenth, half a fen up"
            assert (held.source, held.held_fen) == (_account(order.merchant, "cash"), all_fen)
            assert (held.state in ENDED) == (order.ended_at_ms is not None)
            if held.state is HoldState.HELD:
                expected[_account(order.merchant, "cash")] -= all_fen
                expected[_account(order.merchant, "frozen")] += all_fen
            elif held.state is HoldState.TAKEN:
                expected[_account(order.merchant, "cash")] -= all_fen
                expected[_account(f"@creator:{order.creator}", "earnings")] += order.price_fen
                expected[_account("@community", "pgy_fee")] += order.fee_fen
        assert {key for key in books.holds if key.startswith(KEYS)} == {_key(order) for order in kept.orders.values()}
        standing = {account: fen for account, fen in books.balances.items() if account.line == LINE and fen}
        assert standing == {account: fen for account, fen in expected.items() if fen}


def _key(order: OrderTerms) -> str:
    return f"{KEYS}{order.merchant}/{order.id}"


def _account(owner: str, kind: str) -> Account:
    return Account(owner=owner, kind=kind, line=LINE, funder="merchant")
