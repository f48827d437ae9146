"""What a campaign's day may cost: its budget, and nothing more once what stood above it was given back (BILL-1)."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.budgeted import Agreed, click, logged, server, shown
from hongmao.billing.budgets import Budgets, CampaignDay, PlacedTerms, Rate, Scheme
from hongmao.billing.contracts import Line
from hongmao.billing.purses import PurseKind, purse_account
from hongmao.billing.rules import bill, wallet_account
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, Window, day_number
from hongmao.storage.database import open_database
from hongmao.storage.errors import StateBusy
from storage.opened import ALLIANCE_DAY, ROOT, House, house, opened
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.billing.contracts import Charge
    from hongmao.billing.rules import Bill
    from hongmao.billing.service import Billing
    from hongmao.events.contracts import Event, Logged
    from hongmao.ledger.contracts import Account, Batch

M1, T1 = MerchantId("m1"), TenantId("t1")
CID, UD = wallet_account(M1, Line.CID), wallet_account(M1, Line.UD)
GIVEN_BACK = purse_account(M1, Line.CID, PurseKind.COMPENSATION)
DAY = day_number(ALLIANCE_DAY)
EVER = Window(0, 2**50)
OVERSPEND = 500


def terms(campaign: int = 7, budget_fen: int | None = 10_000, account_fen: int | None = None) -> PlacedTerms:
    return PlacedTerms(campaign=campaign, account=1, day_budget_fen=budget_fen, account_budget_fen=account_fen)


def costs(charges: Sequence[Charge]) -> list[tuple[int, int, str | None]]:
    return [(one.amount_fen, one.compensated_fen, one.reason) for one in charges]


@contextmanager
def reached(engine: str, folder: Path) -> Iterator[tuple[str, House]]:
    """Put up a database that several servers reach, and a house over it."""
    if engine == "sqlite":
        with opened(folder / "state.sqlite") as database:
            yield f"sqlite:///{folder / 'state.sqlite'}", House(database)
        return
    with database_url() as url, closing(open_database(url)) as database:
        yield url, House(database)


# --- one after the other


def test_BILL_1_what_stands_above_the_budget_is_given_back_up_to_the_overspend_and_beyond_it_nothing_is_charged() -> (
    None
):
    clicks = [click(1, 9_900), click(2, 300), click(3, 300), click(4, 1), click(5, 100)]
    decided = bill(clicks, paid=(), funds_fen={CID: 100_000}, budgets=Budgets({"l1": terms()}, overspend_fen=OVERSPEND))
    # 99.00 · 3.00 of which 2.00 stands above · 3.00 above · no fen is left to give back.
    assert costs(decided.charges) == [
        (9_900, 0, None),
        (300, 200, None),
        (300, 300, None),
        (0, 0, "over_budget"),
        (0, 0, "over_budget"),
    ]
    assert [batch.key for batch in decided.batches] == [
        "click/e-1", "click/e-2", "compensate/e-2", "click/e-3", "compensate/e-3",
    ]  # fmt: skip
    back = decided.batches[2]
    assert [(e.account.owner, e.account.kind, e.account.funder, e.amount_fen) for e in back.entries] == [
        ("@community", "granted", "community", -200),
        ("m1", "compensation", "community", 200),
    ]
    [day] = decided.days
    assert (day.spent_fen, day.compensated_fen, day.net_fen) == (10_500, 500, 10_000)


def test_a_smaller_click_still_fits_where_a_larger_one_was_too_much() -> None:
    clicks = [click(1, 9_990), click(2, 600), click(3, 10), click(4, 501), click(5, 500)]
    decided = bill(clicks, paid=(), funds_fen={CID: 99_999}, budgets=Budgets({"l1": terms()}, overspend_fen=OVERSPEND))
    assert [one.reason for one in decided.charges] == [None, "over_budget", None, "over_budget", None]
    assert decided.days[0].net_fen == 10_000


def test_without_an_overspend_a_click_fits_whole_or_not_at_all() -> None:
    clicks = [click(1, 9_950), click(2, 51), click(3, 50)]
    decided = bill(clicks, paid=(), funds_fen={CID: 99_999}, budgets=Budgets({"l1": terms()}, overspend_fen=0))
    assert costs(decided.charges) == [(9_950, 0, None), (0, 0, "over_budget"), (50, 0, None)]


@pytest.mark.parametrize(
    ("click_", "reason"),
    [
        # Each row breaks its rule and every rule below it: the campaign's budget and the wallet are both spent.
        (click(2, 100, invalid="bot"), "invalid:bot"),
        (click(2, 100, labelled=None), "label_not_shown"),
        (click(2, 0), "no_price"),
        (click(2, 100, impression="i-1"), "double_tap"),
        (click(2, 100), "over_budget"),
        (click(2, 100, link="l2"), "funds_missing"),
    ],
)
def test_a_spent_budget_is_looked_at_behind_the_tap_and_before_the_wallet(click_: Event, reason: str) -> None:
    budgets = Budgets({"l1": terms(budget_fen=1)}, overspend_fen=0)
    decided = bill([click(1, 1), click_], paid=(), funds_fen={CID: 1}, budgets=budgets)
    assert decided.charges[1].reason == reason


def test_BILL_4_alibaba_s_money_above_a_budget_goes_back_the_way_it_came() -> None:
    budgets = Budgets({"l1": terms(budget_fen=100)}, overspend_fen=OVERSPEND)
    decided = bill([click(1, 130, line="ud")], paid=(), funds_fen={UD: 1_000, CID: 1_000}, budgets=budgets)
    assert [(e.account.owner, e.account.kind, e.account.line, e.amount_fen) for e in decided.batches[1].entries] == [
        ("@alibaba", "income", "ud", -30),
        ("m1", "cash", "ud", 30),
        ("@community", "revenue", "ud", -30),
        ("@alibaba", "media", "ud", 30),
    ]


def test_a_click_from_before_its_link_was_bound_is_spent_for_no_campaign() -> None:
    late = PlacedTerms(campaign=7, account=1, since_ms=ALLIANCE_DAY + 2, day_budget_fen=1)
    decided = bill(
        [click(1, 100), click(2, 100)], paid=(), funds_fen={CID: 999}, budgets=Budgets({"l1": late}, overspend_fen=0)
    )
    assert [(one.campaign, one.reason) for one in decided.charges] == [(None, None), (7, "over_budget")]


def test_a_click_that_can_cost_nothing_is_no_campaign_s_whoever_is_charged_with_it() -> None:
    # Nobody asks for the terms of such a click's link: they are known only where another act of its piece wants them.
    free = [click(1, 0), click(2, 10, invalid="bot"), click(3, 10, labelled=None), click(4, 10, media="other")]
    decided = bill([*free, click(5, 10)], paid=(), funds_fen={CID: 1_000}, budgets=Budgets({"l1": terms()}))
    assert [charge.campaign for charge in decided.charges] == [None, None, None, None, 7]


def test_a_day_is_the_click_s_own_in_shanghai_and_a_new_one_begins_at_its_midnight() -> None:
    midnight = (DAY + 1) * DAY_MS - 8 * 3_600_000
    clicks = [click(1, 80), click(2, 80, occurred_at_ms=midnight - 1), click(3, 80, occurred_at_ms=midnight)]
    budgets = Budgets({"l1": terms(budget_fen=80)}, overspend_fen=0)
    decided = bill(clicks, paid=(), funds_fen={CID: 999}, budgets=budgets)
    assert [one.reason for one in decided.charges] == [None, "over_budget", None]
    assert [(one.day, one.net_fen) for one in decided.days] == [(DAY, 80), (DAY + 1, 80)]


def test_a_click_of_a_campaign_that_is_charged_by_impressions_is_free() -> None:
    by_shown = PlacedTerms(
        campaign=7, account=1, rates=(Rate(from_ms=ALLIANCE_DAY + 2, scheme=Scheme.CPM, amount_fen=3_000),)
    )
    decided = bill([click(1, 100), click(2, 100)], paid=(), funds_fen={CID: 999}, budgets=Budgets({"l1": by_shown}))
    assert [one.reason for one in decided.charges] == [None, "by_impressions"]


# --- whatever is clicked


class Town(NamedTuple):
    clicks: list[Event]
    placed: dict[str, PlacedTerms]
    overspend_fen: int
    funds_fen: int


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Clicks of an hour and the day after on the links of two campaigns of one account, and on one of none."""
    account_fen = draw(st.none() | st.integers(1, 3_000))
    placed = {f"l{number}": terms(number, draw(st.none() | st.integers(1, 2_000)), account_fen) for number in (1, 2)}
    drawn = draw(
        st.lists(
            st.tuples(st.integers(1, 700), st.sampled_from(["l1", "l2", "l3"]), st.booleans(), st.integers(0, 1)),
            max_size=30,
        )
    )
    clicks = [
        click(at, fen, link=link, invalid="bot" if bot and at % 3 == 0 else None, occurred_at_ms=ALLIANCE_DAY + day * DAY_MS + at)
        for at, (fen, link, bot, day) in enumerate(drawn)
    ]  # fmt: skip
    return Town(clicks, placed, draw(st.integers(0, 900)), draw(st.sampled_from([3_000, 10**6])))


def after(decided: Bill, funds_fen: Mapping[Account, int]) -> dict[Account, int]:
    left = Counter(funds_fen)
    for batch in decided.batches:
        for entry in batch.entries:
            left[entry.account] += entry.amount_fen
    return dict(left)


@given(town=towns())
def test_BILL_1_a_day_costs_its_budget_at_most_and_is_charged_the_overspend_more_at_most(town: Town) -> None:
    funds = {CID: town.funds_fen, GIVEN_BACK: 0}
    decided = bill(
        town.clicks, paid=(), funds_fen=funds, budgets=Budgets(town.placed, overspend_fen=town.overspend_fen)
    )
    spent, back = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for one in decided.charges:
        if one.campaign is not None:
            spent[one.campaign, day_number(one.at_ms)] += one.amount_fen
            back[one.campaign, day_number(one.at_ms)] += one.compensated_fen
        assert one.compensated_fen <= one.amount_fen
    assert {(one.campaign, one.day): one.spent_fen for one in decided.days} == {k: n for k, n in spent.items() if n}
    assert {(one.campaign, one.day): one.compensated_fen for one in decided.days} == {
        k: back[k] for k in spent if spent[k]
    }
    for link in ("l1", "l2"):
        placed = town.placed[link]
        for day in (DAY, DAY + 1):
            net = spent[placed.campaign, day] - back[placed.campaign, day]
            assert net <= (2**60 if placed.day_budget_fen is None else placed.day_budget_fen)
            if placed.day_budget_fen is not None and placed.account_budget_fen is None:
                assert spent[placed.campaign, day] <= placed.day_budget_fen + town.overspend_fen
            account_net = sum(spent[number, day] - back[number, day] for number in (1, 2))
            assert account_net <= (2**60 if placed.account_budget_fen is None else placed.account_budget_fen)
    given_back = [b for b in decided.batches if b.why == "compensate"]
    assert sum(e.amount_fen for b in given_back for e in b.entries if e.account == GIVEN_BACK) == sum(back.values())
    # All the merchant has lost is what its clicks cost in the end.
    left = after(decided, funds)
    net = sum(one.amount_fen - one.compensated_fen for one in decided.charges)
    assert left[CID] + left[GIVEN_BACK] == town.funds_fen - net
    assert min(left[CID], left[GIVEN_BACK]) >= 0


@given(town=towns(), cuts=st.sets(st.integers(1, 29)))
def test_where_the_log_is_cut_changes_nothing(town: Town, cuts: set[int]) -> None:
    funds: dict[Account, int] = {CID: town.funds_fen, GIVEN_BACK: 0}
    whole = bill(town.clicks, paid=(), funds_fen=funds, budgets=Budgets(town.placed, overspend_fen=town.overspend_fen))
    days: dict[tuple[int, int], CampaignDay] = {}
    charges: list[Charge] = []
    batches: list[Batch] = []
    edges = [0, *sorted(cuts), len(town.clicks)]
    for start, end in itertools.pairwise(edges):
        budgets = Budgets(town.placed, days.values(), town.overspend_fen)
        piece = bill(town.clicks[start:end], paid=(), funds_fen=funds, budgets=budgets)
        days |= {(one.campaign, one.day): one for one in piece.days}
        funds = after(piece, funds)
        charges += piece.charges
        batches += piece.batches
    assert (tuple(charges), tuple(batches)) == (whole.charges, whole.batches)
    assert tuple(days[key] for key in sorted(days)) == whole.days


# --- kept


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened_house:
        opened_house.catalog.add_merchant(opened_house.tenant("t1"), name="商家", id="m1")
        yield opened_house


def told(billing: Billing, city: House) -> tuple[object, ...]:
    days = billing.campaign_day(T1, ALLIANCE_DAY)
    return billing.charges(None, EVER), days, billing.wallet(M1), city.ledger.head(), billing.position()


def test_a_day_is_kept_once_however_often_its_log_comes_and_its_ledger_adds_up(city: House) -> None:
    agreed = Agreed({"l1": terms(), "l2": terms(8, 20_000, account_fen=25_000)})
    billing = server(city.database, agreed, OVERSPEND)
    billing.top_up(ROOT, M1, "cid", 10**6, "k")
    log = logged([click(at, 990, link="l1" if at % 2 else "l2") for at in range(60)])
    for start in range(0, 60, 7):
        billing.absorb(log[start : start + 7])
    assert agreed.asked == [frozenset({"l1", "l2"})] * 9  # once for each piece
    before = told(billing, city)
    billing.absorb(log)
    billing.absorb(log[10:20])
    assert told(billing, city) == before
    first, second = (billing.campaign_day(T1, ALLIANCE_DAY)[number] for number in (7, 8))
    assert (first.spent_fen, first.compensated_fen, first.net_fen) == (10_890 - 990, 0, 9_900)
    assert second.net_fen <= 20_000
    assert city.ledger.verify().balanced
    assert billing.campaign_day(T1, ALLIANCE_DAY + DAY_MS) == {}
    assert billing.campaign_day(TenantId("t2"), ALLIANCE_DAY) == {}


def test_what_was_given_back_stands_in_the_statement_and_pays_the_next_click(city: House) -> None:
    agreed = Agreed({"l1": terms(budget_fen=100)})
    billing = server(city.database, agreed, OVERSPEND)
    billing.top_up(ROOT, M1, "cid", 1_000, "k")
    billing.absorb(logged([click(1, 130), click(2, 50, link="l9")]))
    drawn = billing.statement(ROOT, M1, ALLIANCE_DAY - DAY_MS, ALLIANCE_DAY + DAY_MS)
    assert drawn.balanced
    moved = {(line.kind, one.why): one.amount_fen for line in drawn.lines for one in line.movements}
    assert moved == {
        ("cash", "top_up"): 1_000,
        ("cash", "click"): -150,
        ("compensation", "compensate"): 30,
        ("compensation", "click"): -30,
    }
    assert [one.campaign for one in billing.charges(T1, EVER)] == [7, None]


def test_a_budget_that_is_raised_holds_for_the_next_piece_and_one_that_is_lowered_takes_nothing_back(
    city: House,
) -> None:
    agreed = Agreed({"l1": terms(budget_fen=100)})
    billing = server(city.database, agreed, 0)
    billing.top_up(ROOT, M1, "cid", 10_000, "k")
    billing.absorb(logged([click(1, 100), click(2, 100)]))
    agreed.terms["l1"] = terms(budget_fen=200)
    billing.absorb(logged([click(3, 100), click(4, 1)], start=3))
    agreed.terms["l1"] = terms(budget_fen=50)
    billing.absorb(logged([click(5, 1)], start=5))
    assert [one.amount_fen for one in billing.charges(T1, EVER)] == [100, 0, 100, 0, 0]
    assert billing.campaign_day(T1, ALLIANCE_DAY)[7].net_fen == 200


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_BILL_1_two_servers_that_charge_one_log_at_once_spend_one_budget(engine: str, tmp_path: Path) -> None:
    acts = [shown(at, link="l2") if at % 4 == 3 else click(at, 37 + at * 13 % 90) for at in range(240)]
    log = logged(acts)
    rate = Rate(from_ms=0, scheme=Scheme.CPM, amount_fen=4_700)
    agreed = Agreed(
        {"l1": terms(budget_fen=5_000), "l2": PlacedTerms(campaign=8, account=1, day_budget_fen=200, rates=(rate,))}
    )

    def serve(url: str, pieces: list[list[Logged]], failed: list[BaseException]) -> None:
        with closing(open_database(url)) as own:
            billing = server(own, agreed, OVERSPEND)
            try:
                start.wait(timeout=60)
                for piece in pieces:
                    while True:
                        try:
                            billing.absorb(piece)
                        except StateBusy:
                            continue
                        break
            except BaseException as error:  # noqa: BLE001 - told to the test
                failed.append(error)

    with reached(engine, tmp_path) as (url, here):
        here.catalog.add_merchant(here.tenant("t1"), name="商家", id="m1")
        here.billing.top_up(ROOT, M1, "cid", 10**6, "k")
        start, failed = threading.Barrier(2), list[BaseException]()
        ways = [[log[at : at + 11] for at in range(0, 240, 11)], [log[at : at + 17] for at in range(0, 240, 17)]]
        threads = [threading.Thread(target=serve, args=(url, pieces, failed)) for pieces in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        charges = here.billing.charges(None, EVER)
        days = tuple(here.billing.campaign_day(T1, ALLIANCE_DAY).values())
        alone = bill(
            [one.event for one in log],
            paid=(),
            funds_fen={CID: 10**6},
            budgets=Budgets(agreed.terms, overspend_fen=OVERSPEND),
        )
        assert costs(charges) == costs(alone.charges)  # in the log's order, as if one server had charged it
        assert days == alone.days
        assert days[0].net_fen <= 5_000 < days[0].spent_fen <= 5_000 + OVERSPEND
        [link] = here.billing.shown_days(T1, DAY, DAY + 1)
        assert (link,) == alone.shown
        assert (link.shown + link.over_budget, link.billed_fen) == (60, days[1].spent_fen)
        assert 195 < link.billed_fen <= 200
        assert here.ledger.verify().balanced
