"""Edges that hear late that a day is spent, and two servers that charge what they served: the overspend bounds it."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest

from billing.budgeted import Agreed, click, server
from billing.test_two_servers import ENGINES, reached
from hongmao.billing.budgets import PlacedTerms
from hongmao.events.contracts import Logged
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, Window
from hongmao.storage.database import open_database
from hongmao.storage.errors import StateBusy
from storage.opened import ALLIANCE_DAY, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.billing.service import Billing

BUDGET, OVERSPEND = 3_000, 500
TICKS, A_TICK = 40, 3
FUNDS = 10**6
EVER = Window(0, 2**53)
NEVER = TICKS


def price_of(number: int) -> int:
    """Give a click's price, of which none divides budget or overspend."""
    return 37 + number * 13 % 90


def at_once(servers: list[Billing], piece: list[Logged]) -> None:
    """Let every server charge the same piece of the log at the same time; each comes again where the state is busy."""
    start, failed = threading.Barrier(len(servers)), list[BaseException]()

    def charge(one: Billing) -> None:
        try:
            start.wait(timeout=600)
            while True:
                try:
                    one.absorb(piece)
                except StateBusy:
                    continue
                break
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    threads = [threading.Thread(target=charge, args=(one,)) for one in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("lags", [(0, 0), (1, 4), (6, 12), (NEVER, NEVER)], ids=str)
@pytest.mark.parametrize("engine", ENGINES)
def test_BILL_1_edges_that_serve_on_for_the_whole_lag_cost_the_merchant_its_budget_at_most(
    engine: str, tmp_path: Path, lags: tuple[int, int]
) -> None:
    agreed = Agreed({"l1": PlacedTerms(campaign=7, account=1, day_budget_fen=BUDGET)})
    with reached(engine, tmp_path) as (url, here), ExitStack() as stack:
        here.catalog.add_merchant(here.tenant("t1"), name="商家", id="m1")
        here.billing.top_up(ROOT, MerchantId("m1"), "cid", FUNDS, "k")
        servers = [server(stack.enter_context(closing(open_database(url))), agreed, OVERSPEND) for _ in range(2)]
        log: list[Logged] = []
        spent_at: int | None = None
        late = 0
        for tick in range(TICKS):
            begun = len(log)
            for lag in lags:  # an edge serves until it hears of it, and it hears `lag` ticks late
                if spent_at is None or tick <= spent_at + lag:
                    for _ in range(A_TICK):
                        number = len(log) + 1
                        log.append(Logged(number, click(number, price_of(number))))
                        late += spent_at is not None
            if len(log) > begun:
                at_once(servers, log[begun:])
            today = servers[tick % 2].campaign_day(TenantId("t1"), ALLIANCE_DAY)
            if spent_at is None and today and today[7].net_fen >= BUDGET:
                spent_at = tick
        assert spent_at is not None
        assert late == A_TICK * sum(min(lag, TICKS - 1 - spent_at) for lag in lags)  # they did serve on

        [day] = here.billing.campaign_day(TenantId("t1"), ALLIANCE_DAY).values()
        charges = here.billing.charges(None, EVER)
        assert len(charges) == len(log)
        gross_fen = sum(one.amount_fen for one in charges)
        assert day.spent_fen == gross_fen
        assert BUDGET < gross_fen <= BUDGET + OVERSPEND
        assert day.net_fen == gross_fen - day.compensated_fen == BUDGET

        # Every fen above stands in 赔付返货, by entries of the ledger and not by our own sums.
        drawn = here.billing.statement(ROOT, MerchantId("m1"), ALLIANCE_DAY - DAY_MS, ALLIANCE_DAY + DAY_MS)
        moved = Counter[tuple[str, str]]()
        for line in drawn.lines:
            for one in line.movements:
                moved[line.kind, one.why] += one.amount_fen
        assert moved["compensation", "compensate"] == gross_fen - BUDGET == day.compensated_fen
        assert moved["cash", "click"] + moved["compensation", "click"] == -gross_fen
        assert moved.keys() <= {
            ("cash", "top_up"), ("cash", "click"), ("compensation", "compensate"), ("compensation", "click")
        }  # fmt: skip
        wallet = here.billing.wallet(MerchantId("m1"))
        assert wallet.balance_fen == FUNDS - BUDGET
        assert here.ledger.verify().balanced
