"""Which links may be shown now: those whose merchant can still pay for the next click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.kernel.time import SECOND_MS

if TYPE_CHECKING:
    from hongmao.billing.api import Billing
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId
    from hongmao.links.api import AdLink

# How old a balance may be that a card is shown by. What is clicked beyond it costs nothing and is recorded as such.
BALANCE_AGE_MS = SECOND_MS


class Funds:
    """Balances as they were at most a second ago, so that a feed of many cards asks the ledger once per wallet."""

    def __init__(self, billing: Billing, clock: Clock) -> None:
        """Know no balance yet."""
        self._billing = billing
        self._clock = clock
        self._read_at_ms = 0
        self._balances_fen: dict[tuple[MerchantId, str], int] = {}

    def serves(self, link: AdLink) -> bool:
        """Tell whether the wallet of a link's line holds the price of one more click; a free link always serves."""
        if link.price_fen == 0:
            return True
        now_ms = self._clock.now_ms()
        if abs(now_ms - self._read_at_ms) >= BALANCE_AGE_MS:
            self._balances_fen, self._read_at_ms = {}, now_ms
        key = (link.merchant, link.line)
        balance_fen = self._balances_fen.get(key)
        if balance_fen is None:
            balance_fen = self._billing.wallet(link.merchant, link.line).balance_fen
            self._balances_fen[key] = balance_fen
        return balance_fen >= link.price_fen
