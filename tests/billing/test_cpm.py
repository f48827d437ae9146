"""What impressions cost where a campaign is charged by them: a thousand to the fen, in whatever pieces they come (BILL-7)."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.budgeted import Agreed, click, logged, server, shown
from hongmao.billing.budgets import Budgets, PlacedTerms, Rate, Scheme
from hongmao.billing.contracts import Line
from hongmao.billing.cpm import Showing, cost_fen, counts
from hongmao.billing.rules import bill, wallet_account
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, Window, day_number
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.billing.budgets import CampaignDay
    from hongmao.billing.cpm import ShownDay
    from hongmao.billing.service import Billing
    from hongmao.events.contracts import Event
    from hongmao.ledger.contracts import Account

M1, T1 = MerchantId("m1"), TenantId("t1")
CID = wallet_account(M1, Line.CID)
DAY = day_number(ALLIANCE_DAY)
EVER = Window(0, 2**50)


def by_shown(price_fen: int = 3_300, campaign: int = 7, budget_fen: int | None = None, from_ms: int = 0) -> PlacedTerms:
    rate = Rate(from_ms=from_ms, scheme=Scheme.CPM, amount_fen=price_fen)
    return PlacedTerms(campaign=campaign, account=1, day_budget_fen=budget_fen, rates=(rate,))


# --- one impression


@given(price_fen=st.integers(1, 10**6), thousands=st.integers(1, 3))
def test_a_thousand_impressions_cost_the_price_to_the_fen(price_fen: int, thousands: int) -> None:
    assert sum(cost_fen(n, price_fen) for n in range(1, thousands * 1_000 + 1)) == thousands * price_fen
    assert {cost_fen(n, price_fen) for n in range(1, 1_001)} <= {price_fen // 1_000, price_fen // 1_000 + 1}


@pytest.mark.parametrize(
    "act",
    [
        shown(1, labelled=False),
        shown(1, labelled=None),
        shown(1, invalid="cap_ip"),
        shown(1, media="juguang"),
        shown(1, event_id="seen-other"),  # told twice under two names it would be counted twice
        shown(1, event_id="mine"),
        shown(1, impression=None),
        msgspec.structs.replace(shown(1), link=None),
        shown(1, tenant=None),
        click(1, 100),
    ],
)
def test_BILL_7_only_a_labelled_valid_impression_under_its_own_name_counts(act: Event) -> None:
    assert counts(shown(1))
    assert not counts(act)


def test_BILL_7_an_impression_that_does_not_count_costs_nothing_and_no_merchant_pays_for_none() -> None:
    decided = bill(
        [shown(1, merchant=None), shown(2, line="other"), shown(3, line=None)],
        paid=(),
        funds_fen={CID: 100},
        budgets=Budgets({"l1": by_shown(5_000)}),
    )
    assert (decided.batches, decided.shown, decided.charges) == ((), (), ())


def test_impressions_of_a_campaign_that_is_charged_by_clicks_are_free_and_so_are_those_before_the_agreement() -> None:
    placed = {"l1": by_shown(5_000, from_ms=ALLIANCE_DAY + 2), "l2": PlacedTerms(campaign=8, account=1)}
    acts = [shown(1), shown(2), shown(3, link="l2"), shown(4, link="l3")]
    decided = bill(acts, paid=(), funds_fen={CID: 100}, budgets=Budgets(placed))
    assert [(one.campaign, one.shown, one.billed_fen) for one in decided.shown] == [(7, 1, 5)]


def test_impressions_stop_at_the_budget_exactly_and_at_an_empty_wallet_and_both_are_counted() -> None:
    acts = [shown(n) for n in range(1, 11)]
    tight = bill(acts, paid=(), funds_fen={CID: 999}, budgets=Budgets({"l1": by_shown(3_000, budget_fen=20)}))
    assert [(one.shown, one.billed_fen, one.over_budget, one.funds_missing) for one in tight.shown] == [(6, 18, 4, 0)]
    assert (tight.days[0].spent_fen, tight.days[0].compensated_fen) == (18, 0)
    poor = bill(acts, paid=(), funds_fen={CID: 10}, budgets=Budgets({"l1": by_shown(3_000)}))
    assert [(one.shown, one.billed_fen, one.over_budget, one.funds_missing) for one in poor.shown] == [(3, 9, 0, 7)]


def test_links_of_one_campaign_share_one_thousand_and_each_keeps_what_its_own_cost() -> None:
    placed = {"l1": by_shown(500), "l2": by_shown(500)}
    acts = [shown(n, link="l1" if n % 2 else "l2") for n in range(1, 1_001)]
    decided = bill(acts, paid=(), funds_fen={CID: 10**6}, budgets=Budgets(placed), offset=1_000)
    assert {one.link: (one.shown, one.billed_fen) for one in decided.shown} == {"l1": (500, 0), "l2": (500, 500)}
    [batch] = decided.batches
    assert (batch.key, batch.why) == (f"shown/7/{DAY}/cid/1000", "shown")
    assert [(e.account.owner, e.account.kind, e.account.funder, e.amount_fen) for e in batch.entries] == [
        ("m1", "cash", "merchant", -500),
        ("@community", "revenue", "merchant", 500),
    ]


def test_impressions_of_alibaba_s_line_move_by_two_legs_and_late_ones_are_posted_behind_the_close() -> None:
    ud = wallet_account(M1, Line.UD)
    decided = bill(
        [shown(1, line="ud")],
        paid=(),
        funds_fen={ud: 100},
        budgets=Budgets({"l1": by_shown(5_000)}),
        closed_before_ms=ALLIANCE_DAY + DAY_MS,
    )
    [batch] = decided.batches
    assert (batch.why, batch.at_ms) == ("shown_late", ALLIANCE_DAY + DAY_MS)
    assert [(e.account.owner, e.account.kind, e.amount_fen) for e in batch.entries] == [
        ("m1", "cash", -5),
        ("@alibaba", "income", 5),
        ("@alibaba", "media", -5),
        ("@community", "revenue", 5),
    ]


# --- in pieces


@given(
    kinds=st.lists(st.sampled_from(["s1", "s2", "click", "robot"]), max_size=60),
    cuts=st.sets(st.integers(1, 59)),
    price_fen=st.integers(1, 9_000),
    budget_fen=st.none() | st.integers(1, 200),
    funds_fen=st.sampled_from([40, 10**6]),
)
def test_where_the_log_is_cut_changes_no_sum(
    kinds: list[str], cuts: set[int], price_fen: int, budget_fen: int | None, funds_fen: int
) -> None:
    """Two links of a campaign charged by impressions, and a third of none whose clicks drain the same wallet."""
    placed = {link: by_shown(price_fen, budget_fen=budget_fen) for link in ("l1", "l2")}
    acts = [_act(kind, at) for at, kind in enumerate(kinds)]
    edges = [0, *sorted(cut for cut in cuts if cut < len(acts)), len(acts)]
    whole = _charged(acts, [0, len(acts)], placed, funds_fen)
    assert _charged(acts, edges, placed, funds_fen) == whole


def _act(kind: str, at: int) -> Event:
    if kind == "click":
        return click(at, 7, link="l3")
    return shown(at, link="l2" if kind == "s2" else "l1", invalid="bot" if kind == "robot" else None)


def _charged(acts: list[Event], edges: list[int], placed: dict[str, PlacedTerms], funds_fen: int) -> tuple[object, ...]:
    funds: Counter[Account] = Counter({CID: funds_fen})
    days: dict[int, CampaignDay] = {}
    links: dict[str, ShownDay] = {}
    free: list[str | None] = []
    for start, end in itertools.pairwise(edges):
        counted = [act for act in acts[start:end] if act.event_id.startswith("e-") or counts(act)]
        budgets, showing = Budgets(placed, days.values(), 0), Showing(links.values())
        piece = bill(counted, paid=(), funds_fen=funds, budgets=budgets, showing=showing, offset=end)
        days |= {one.campaign: one for one in piece.days}
        links |= {one.link: one for one in piece.shown}
        free += [one.reason for one in piece.charges]
        for batch in piece.batches:
            assert sum(entry.amount_fen for entry in batch.entries) == 0
            for entry in batch.entries:
                funds[entry.account] += entry.amount_fen
    return days, links, free, +funds, funds[CID]


# --- kept


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened:
        opened.catalog.add_merchant(opened.tenant("t1"), name="商家", id="m1")
        yield opened


def told(billing: Billing, city: House) -> tuple[object, ...]:
    kept = billing.shown_days(T1, DAY, DAY + 1), billing.campaign_day(T1, ALLIANCE_DAY)
    return *kept, billing.charges(None, EVER), billing.wallet(M1), city.ledger.head(), billing.position()


def test_a_log_that_is_absorbed_from_the_beginning_again_counts_no_impression_twice(city: House) -> None:
    billing = server(city.database, Agreed({"l1": by_shown(2_500)}), 0)
    billing.top_up(ROOT, M1, "cid", 10**5, "k")
    log = logged([click(n, 50, link="l3") if n % 10 == 0 else shown(n) for n in range(1, 201)])
    for start in range(0, 200, 30):
        billing.absorb(log[start : start + 30])
    before = told(billing, city)
    [day] = billing.shown_days(T1, DAY, DAY + 1)
    assert (day.shown, day.billed_fen) == (180, 180 * 2_500 // 1_000)
    # What a rebuild does: everything once more, in other pieces; and what two servers do: the same piece at once.
    for start in range(0, 200, 47):
        billing.absorb(log[start : start + 47])
    other = server(city.database, Agreed({"l1": by_shown(2_500)}), 0)
    other.absorb(log[150:])
    other.absorb([*log, *log])
    assert told(billing, city) == before
    # A piece that overlaps what was counted brings what is new in it.
    billing.absorb([*log[190:], *logged([shown(201), shown(202)], start=201)])
    assert billing.shown_days(T1, DAY, DAY + 1)[0].shown == 182
    assert city.ledger.verify().balanced
    assert billing.wallet(M1).balance_fen == 10**5 - 20 * 50 - 182 * 2_500 // 1_000


def test_what_impressions_cost_stands_in_statements_and_in_what_was_spent_under_their_notes(city: House) -> None:
    agreed = Agreed({"l1": by_shown(4_000), "l2": PlacedTerms(campaign=8, account=1)})
    billing = server(city.database, agreed, 0)
    billing.top_up(ROOT, M1, "cid", 1_000, "k")
    acts = [shown(1), shown(2), click(3, 50, link="l2"), shown(4, occurred_at_ms=ALLIANCE_DAY + DAY_MS)]
    billing.absorb(logged(acts))
    drawn = billing.statement(ROOT, M1, ALLIANCE_DAY - DAY_MS, ALLIANCE_DAY + 2 * DAY_MS)
    assert drawn.balanced
    assert [(one.why, one.amount_fen) for one in drawn.lines[0].movements] == [
        ("click", -50), ("shown", -8), ("top_up", 1_000), ("shown", -4),
    ]  # fmt: skip
    day = Window.of_day(drawn.lines[0].movements[0].day)
    spent = billing.spend(T1, day)
    assert [(one.link, one.note, one.clicks, one.amount_fen) for one in spent] == [
        ("l1", "n1", 0, 8),
        ("l2", "n1", 1, 50),
    ]
    assert sum(one.amount_fen for one in billing.spend(None, EVER)) == 62
    assert billing.spend(TenantId("t2"), day) == []
