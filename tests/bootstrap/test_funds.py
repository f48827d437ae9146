from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from hongmao.bootstrap.funds import BALANCE_AGE_MS, Funds
from hongmao.kernel.clock import SetClock

if TYPE_CHECKING:
    from hongmao.billing.api import Billing
    from hongmao.links.api import AdLink


class _Wallets:
    """Billing with one wallet, counting how often it is asked."""

    def __init__(self, balance_fen: int) -> None:
        self.balance_fen = balance_fen
        self.asked = 0

    def wallet(self, merchant: str, line: str) -> SimpleNamespace:
        assert (merchant, line) == ("m1", "cid")
        self.asked += 1
        return SimpleNamespace(balance_fen=self.balance_fen)


def _link(price_fen: int) -> AdLink:
    return cast("AdLink", SimpleNamespace(merchant="m1", line="cid", price_fen=price_fen))


def test_a_link_serves_while_the_next_click_can_be_paid() -> None:
    wallets, clock = _Wallets(100), SetClock(1_746_547_200_000)
    funds = Funds(cast("Billing", wallets), clock)
    assert funds.serves(_link(100))
    assert not funds.serves(_link(101))
    assert wallets.asked == 1

    # 10:00:01: the wallet has been emptied meanwhile.
    wallets.balance_fen = 99
    clock.advance(BALANCE_AGE_MS)
    assert not funds.serves(_link(100))


def test_a_free_link_asks_nobody() -> None:
    wallets = _Wallets(0)
    assert Funds(cast("Billing", wallets), SetClock(0)).serves(_link(0))
    assert wallets.asked == 0
