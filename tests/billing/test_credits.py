"""Credits: what a click was charged goes back once, each part to the account that had paid it, as of now."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.budgeted import Agreed, server
from hongmao.billing.api import (
    AlreadyCredited,
    ChargeUnknown,
    CreditBeyond,
    Line,
    NothingCharged,
    ProgrammeRunning,
    ProgrammeUnknown,
    RefundNotCredited,
)
from hongmao.billing.budgets import PlacedTerms
from hongmao.billing.contracts import INCOME, MEDIA
from hongmao.billing.credits import crediting
from hongmao.billing.rules import legs_of, revenue_of, wallet_account
from hongmao.catalog.api import PLATFORM, NotAllowed, Principal, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import IdMalformed, MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, Window, instant
from hongmao.ledger.api import Account, Batch, Entry, name_of
from hongmao.storage.database import open_database
from storage.opened import ALLIANCE_DAY, ROOT, House, house, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.billing.api import Credit

M1, M2 = MerchantId("m1"), MerchantId("m2")
EVER = (0, 2**50)
TERMS: dict[str, Any] = {
    "own_parts": 10,
    "match_parts": 3,
    "cap_fen": 300,
    "member_cap_fen": None,
    "from_ms": ALLIANCE_DAY - DAY_MS,
    "to_ms": ALLIANCE_DAY + 30 * DAY_MS,
}


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened_house:
        found(opened_house)
        yield opened_house


def found(city: House) -> None:
    for number in (1, 2):
        city.catalog.add_merchant(city.tenant(f"t{number}"), name=f"商家 {number}", id=f"m{number}")


def programme(city: House, **changes: Any) -> None:
    city.billing.coinvest.found(ROOT, "p", **{**TERMS, **changes})
    for merchant in (M1, M2):
        city.billing.coinvest.join(ROOT, "p", merchant)


def click(number: int, *, merchant: int = 1, **changes: object) -> Event:
    event = Event(
        event_id=f"e-{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=ALLIANCE_DAY + number,
        tenant=f"t{merchant}",
        merchant=f"m{merchant}",
        note="n1",
        link=f"l{merchant}",
        line="cid",
        impression=f"i-{number}",
        click_id=f"c-{number}",
        labelled=True,
        price_fen=130,
    )
    return msgspec.structs.replace(event, **changes)


def absorb(city: House, events: Sequence[Event], start: int = 1) -> None:
    city.billing.absorb([Logged(offset, event) for offset, event in enumerate(events, start=start)])


def give(city: House, *numbers: int, reason: str = "invalid_traffic", remark: str = "") -> list[tuple[Credit, bool]]:
    given = city.billing.credits.give(ROOT, [f"e-{number}" for number in numbers], reason, remark)
    return [(one.credit, one.duplicate) for one in given]


def balances(city: House) -> dict[str, int]:
    return {name_of(line.account): line.balance_fen for line in city.ledger.trial_balance()}


def test_a_credit_gives_every_funder_back_its_own_and_leaves_the_charge_as_it_was(city: House) -> None:
    programme(city)
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    city.billing.grant(ROOT, M1, "rebate", 40, "k")
    before = balances(city)
    absorb(city, [click(1)])
    # 7 May: 1.30, of which 0.30 are Alibaba's, 0.40 the community's and 0.60 the merchant's own.
    charged = balances(city)
    assert charged["@alibaba/coinvest.p/cid/alibaba"] == 270
    assert (charged["m1/rebate/cid/community"], charged["m1/cash/cid/merchant"]) == (0, 940)
    # 9 May: the reader turns out to be a machine.
    city.clock.advance(2 * DAY_MS)
    ((credit, duplicate),) = give(city, 1, remark="机房流量")
    assert (credit.amount_fen, credit.compensated_fen, credit.merchant, credit.note, credit.remark, duplicate) == (
        130, 0, "m1", "n1", "机房流量", False,
    )  # fmt: skip
    assert {name: fen for name, fen in balances(city).items() if fen} == {
        name: fen for name, fen in before.items() if fen
    }
    charge = city.billing.charge_of("e-1")
    assert charge is not None
    assert (charge.amount_fen, charge.reason) == (130, None)
    assert [one.amount_fen for one in city.billing.spend(None, Window(*EVER))] == [130]
    # Beside it, by click and by merchant; the statement has it on the day it was given.
    assert city.billing.credits.of("e-1") == city.billing.credits.of("e-1", tenant=TenantId("t1")) == credit
    assert city.billing.credits.of("e-1", tenant=TenantId("t2")) is None
    assert city.billing.credits.listed(ROOT, M1, ALLIANCE_DAY + 2 * DAY_MS, EVER[1]) == [credit]
    assert city.billing.credits.listed(ROOT, M1, 0, ALLIANCE_DAY + 2 * DAY_MS) == []
    statement = city.billing.statement(ROOT, M1, *EVER)
    assert statement.balanced
    said = [(line.kind, m.day.day, m.why, m.amount_fen) for line in statement.lines for m in line.movements]
    assert ("cash", 9, "credit", 60) in said
    assert ("rebate", 9, "credit", 40) in said
    assert city.ledger.verify().balanced


def test_alibabas_line_is_credited_in_both_its_legs(city: House) -> None:
    city.billing.top_up(ROOT, M1, "ud", 1_000, "k")
    absorb(city, [click(1, line="ud")])
    give(city, 1)
    assert {name: fen for name, fen in balances(city).items() if fen} == {
        "@outside/cash/ud/alibaba": -1_000,
        "m1/cash/ud/alibaba": 1_000,
    }
    for kind in (INCOME, MEDIA):
        assert balances(city)[f"@alibaba/{kind}/ud/alibaba"] == 0


def test_a_click_is_given_back_once_for_one_reason(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    absorb(city, [click(1), click(2)])
    ((first, _),) = give(city, 1)
    before = city.ledger.verify()
    assert give(city, 1) == [(first, True)]
    assert give(city, 1, 1) == [(first, True)]
    with pytest.raises(AlreadyCredited):
        give(city, 2, 1, reason="mistake")
    assert city.ledger.verify() == before
    assert city.billing.credits.of("e-2") is None
    assert [(credit.event_id, again) for credit, again in give(city, 2, 1)] == [("e-2", False), ("e-1", True)]
    # The tap stays the one that was paid: its impression is not billed again.
    absorb(city, [click(3, impression="i-1")], start=3)
    third = city.billing.charge_of("e-3")
    assert third is not None
    assert third.reason == "double_tap"


def test_what_was_not_charged_is_not_given_back_and_one_wrong_click_stops_them_all(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    absorb(city, [click(1), click(2, invalid="bot")])
    for wrong, error in ((2, NothingCharged), (9, ChargeUnknown)):
        with pytest.raises(error):
            give(city, 1, wrong)
    with pytest.raises(IdMalformed):
        city.billing.credits.give(ROOT, ["e-1", "e/1"], "mistake")
    wrongs: tuple[dict[str, Any], ...] = (
        {"event_ids": [], "reason": "mistake"},
        {"event_ids": [f"x-{n}" for n in range(501)], "reason": "mistake"},
        {"event_ids": ["e-1"], "reason": "because"},
        {"event_ids": ["e-1"], "reason": "mistake", "remark": "x" * 201},
        {"event_ids": ["e-1"], "reason": "mistake", "remark": "a\nb"},
    )
    for bad in wrongs:
        with pytest.raises(CreditBeyond):
            city.billing.credits.give(ROOT, **bad)
    assert city.billing.credits.listed(ROOT, M1, *EVER) == []
    assert city.billing.wallet(M1).balance_fen == 1_000 - 130


def test_only_the_house_credits_and_nobody_another_tenants_click(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    absorb(city, [click(1)])
    for role in (Role.OPTIMISER, Role.FINANCE):
        mine = Principal(id="u", tenant=TenantId("t1"), role=role, name="u")
        with pytest.raises(NotAllowed):
            city.billing.credits.give(mine, ["e-1"], "mistake")
    elsewhere = Principal(id="root", tenant=TenantId("t2"), role=Role.ADMIN, name="root")
    with pytest.raises(ChargeUnknown):
        city.billing.credits.give(elsewhere, ["e-1"], "mistake")
    assert ROOT.tenant == PLATFORM
    give(city, 1, reason="mistake")


def test_BILL_8_a_credit_after_the_month_was_closed_is_a_new_entry_now(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    absorb(city, [click(1)])
    june = instant("2025-06-01T00:00:00+08:00")
    city.clock.advance(40 * DAY_MS)
    city.ledger.close_period("2025-05", june, "root")
    wallet = wallet_account(M1, Line.CID)
    closed_fen = city.ledger.balance(wallet, june)
    give(city, 1)
    assert (city.ledger.balance(wallet, june), city.ledger.balance(wallet)) == (closed_fen, 1_000) == (870, 1_000)
    assert city.ledger.verify().balanced
    # A clock that was set back into the closed month credits as of its end.
    absorb(city, [click(2, occurred_at_ms=june + 1)], start=2)
    back = House(city.database)
    assert back.clock.now_ms() < june
    give(back, 2)
    assert (city.ledger.balance(wallet, june), city.ledger.balance(wallet)) == (870, 1_000)


def test_an_order_sent_back_undoes_a_click_only_where_its_programme_says_so(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    city.billing.coinvest.found(ROOT, "strict", **TERMS)
    city.billing.coinvest.join(ROOT, "strict", M1)
    absorb(city, [click(1), click(2, line="ud")])
    with pytest.raises(RefundNotCredited):
        give(city, 1, reason="refund")
    city.billing.coinvest.leave(ROOT, "strict", M1)
    city.clock.advance(DAY_MS)
    programme(city, credits_refunds=True)
    absorb(city, [click(3, occurred_at_ms=ALLIANCE_DAY + DAY_MS + 1)], start=3)
    assert give(city, 3, reason="refund")[0][0].amount_fen == 130
    with pytest.raises(RefundNotCredited):
        give(city, 1, reason="refund")
    assert city.billing.coinvest.running(ROOT)[0].programme.credits_refunds


def test_BILL_6_a_credit_gives_the_programme_its_room_back_and_the_cap_still_holds(city: House) -> None:
    programme(city, cap_fen=60)
    city.billing.top_up(ROOT, M1, "cid", 10_000, "k")
    absorb(city, [click(n) for n in range(1, 4)])
    # Two clicks were matched with 0.30 each, the third with nothing: the purse is empty.
    (running,) = city.billing.coinvest.running(ROOT)
    assert (running.left_fen, running.members[0].matched_fen, running.members[0].seen_fen) == (0, 60, 390)
    give(city, 1)
    (running,) = city.billing.coinvest.running(ROOT)
    assert (running.left_fen, running.members[0].matched_fen, running.members[0].seen_fen) == (30, 30, 260)
    # What came back is matched again, to the share of the clicks that stand and not beyond the cap.
    absorb(city, [click(4), click(5)], start=4)
    (running,) = city.billing.coinvest.running(ROOT)
    assert (running.left_fen, running.members[0].matched_fen) == (0, 60)
    # One that the empty purse paid nothing of leaves the totals as well.
    give(city, 3)
    assert city.billing.coinvest.running(ROOT)[0].members[0].seen_fen == 4 * 130 - 130


def test_a_programmes_money_goes_back_to_its_investor_when_it_is_over(city: House) -> None:
    programme(city, to_ms=ALLIANCE_DAY + DAY_MS)
    city.billing.top_up(ROOT, M1, "cid", 10_000, "k")
    absorb(city, [click(1)])
    with pytest.raises(ProgrammeRunning):
        city.billing.coinvest.wind_up(ROOT, "p")
    with pytest.raises(ProgrammeUnknown):
        city.billing.coinvest.wind_up(ROOT, "q")
    with pytest.raises(NotAllowed):
        city.billing.coinvest.wind_up(Principal(id="u", tenant=TenantId("t1"), role=Role.FINANCE, name="u"), "p")
    city.clock.advance(DAY_MS)
    assert city.billing.coinvest.wind_up(ROOT, "p").returned_fen == 270
    assert city.billing.coinvest.wind_up(ROOT, "p").returned_fen == 0
    assert balances(city)["@outside/cash/cid/alibaba"] == -30
    # A click of its time that comes late is the merchant's own; what a credit brings back is left, and goes too.
    absorb(city, [click(2)], start=2)
    assert balances(city)["m1/cash/cid/merchant"] == 10_000 - 100 - 130
    give(city, 1)
    assert city.billing.coinvest.running(ROOT)[0].left_fen == 30
    assert city.billing.coinvest.wind_up(ROOT, "p").returned_fen == 30
    assert balances(city)["@outside/cash/cid/alibaba"] == 0
    assert city.ledger.verify().balanced


def test_BILL_1_what_was_given_back_above_a_budget_is_not_given_back_again(city: House) -> None:
    programme(city, cap_fen=300)
    city.billing.top_up(ROOT, M1, "cid", 30_000, "k")
    placed = PlacedTerms(campaign=7, account=1, day_budget_fen=10_000, account_budget_fen=None)
    billing = server(city.database, Agreed({"l1": placed}), 500)
    # 99.00 and 3.00: the second stands above the day's budget by 2.00, which are given back at once.
    billing.absorb([Logged(n, click(n, price_fen=price)) for n, price in ((1, 9_900), (2, 300))])
    assert balances(city)["m1/compensation/cid/community"] == 200
    ((whole, _),) = give(city, 1)
    assert (whole.amount_fen, whole.compensated_fen) == (9_900, 0)
    ((part, _),) = give(city, 2)
    assert (part.amount_fen, part.compensated_fen, part.batch) == (100, 200, "credit/e-2")
    # The merchant has what it paid in, 2.00 of it as what the community gave.
    assert balances(city)["m1/cash/cid/merchant"] + balances(city)["m1/compensation/cid/community"] == 30_000
    assert balances(city)["@alibaba/coinvest.p/cid/alibaba"] == 300
    # The day keeps what it spent: no room comes back to it, so the whole next click stands above the budget.
    billing.absorb([Logged(3, click(3, price_fen=300))])
    third = billing.charge_of("e-3")
    assert third is not None
    assert (third.reason, third.compensated_fen) == (None, 300)
    ((none, _),) = give(city, 3)
    assert (none.amount_fen, none.compensated_fen, none.batch) == (0, 300, None)
    assert city.ledger.verify().balanced


CLICKS = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.sampled_from(["cid", "cid", "ud"]), st.integers(1, 200)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30)
@given(CLICKS, st.lists(st.integers(0, 7), max_size=8), st.integers(1, 400), st.integers(0, 60), st.integers(0, 7))
def test_no_fen_is_made_or_lost_and_no_funder_gets_anothers_money(
    clicks: list[tuple[int, str, int]], credited: list[int], cap_fen: int, rebate_fen: int, cut: int
) -> None:
    with house() as city:
        found(city)
        programme(city, cap_fen=cap_fen)
        for merchant in (M1, M2):
            for line in ("cid", "ud"):
                city.billing.top_up(ROOT, merchant, line, 600, line)
            if rebate_fen:
                city.billing.grant(ROOT, merchant, "rebate", rebate_fen, "k")
        opening = Counter({line.account: line.balance_fen for line in city.ledger.trial_balance()})
        events = [click(n, merchant=who, line=line, price_fen=price) for n, (who, line, price) in enumerate(clicks)]
        absorb(city, events[:cut])
        given: set[int] = set()
        for number in credited:
            charge = city.billing.charge_of(f"e-{number}") if number < cut else None
            if charge is not None and charge.amount_fen:
                assert give(city, number)[0][1] is (number in given)
                given.add(number)
        absorb(city, events[cut:], start=cut + 1)

        moved = postings(city)
        for number in given:
            # Charge and credit together have moved nothing at all.
            together = Counter(moved[f"click/e-{number}"])
            add(together, moved[f"credit/e-{number}"])
            assert not [fen for fen in together.values() if fen]
        standing: Counter[Account] = Counter(opening)
        for number in set(range(len(clicks))) - given:
            add(standing, moved.get(f"click/e-{number}", Counter()))
        now = {line.account: line.balance_fen for line in city.ledger.trial_balance()}
        assert {one: fen for one, fen in now.items() if fen} == {one: fen for one, fen in standing.items() if fen}
        for batch in moved.values():
            funders = {one.funder for one in batch}
            assert [sum(fen for one, fen in batch.items() if one.funder == funder) for funder in funders] == [0] * len(
                funders
            )
        (running,) = city.billing.coinvest.running(ROOT)
        assert running.left_fen == cap_fen - sum(member.matched_fen for member in running.members) >= 0
        for member in running.members:
            paid = [
                charge.amount_fen
                for n in set(range(len(clicks))) - given
                if (charge := city.billing.charge_of(f"e-{n}"))
                and charge.line == "cid"
                and charge.merchant == member.merchant
            ]
            assert member.seen_fen == sum(paid)
            assert member.matched_fen <= cap_fen
        assert city.ledger.verify().balanced


def add(to: Counter[Account], more: Counter[Account]) -> None:
    for one, fen in more.items():
        to[one] += fen


def postings(city: House) -> dict[str, Counter[Account]]:
    found: dict[str, Counter[Account]] = {}
    for owner in {line.account.owner for line in city.ledger.trial_balance()}:
        for line in city.ledger.entries(owner, Window(*EVER)):
            found.setdefault(line.key, Counter())[line.account] += line.amount_fen
    return found


def paid_by(*parts: tuple[Account, int]) -> Batch:
    entries = [
        entry
        for purse, fen in parts
        for source, goal in legs_of(purse)
        for entry in (Entry(account=source, amount_fen=-fen), Entry(account=goal, amount_fen=fen))
    ]
    return Batch(key="click/e-1", why="click", at_ms=1, entries=tuple(entries))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=4), st.integers(0, 250), st.booleans())
def test_what_was_given_back_before_is_taken_off_the_purses_that_paid_first(
    parts: list[int],
    less_fen: int,
    is_ud: bool,  # noqa: FBT001 - drawn
) -> None:
    line = "ud" if is_ud else "cid"
    purses = [Account(owner="m1", kind=f"k{n}", line=line, funder=f"f{n}") for n in range(len(parts))]
    batch = crediting("e-1", paid_by(*zip(purses, parts, strict=True)), less_fen, 9)
    left, expected = less_fen, []
    for fen in parts:
        expected.append(fen - min(fen, left))
        left -= min(fen, left)
    if not sum(expected):
        assert batch is None
        return
    assert batch is not None
    back: Counter[Account] = Counter()
    for entry in batch.entries:
        back[entry.account] += entry.amount_fen
    assert [back[purse] for purse in purses] == expected
    assert [-back[revenue_of(purse)] for purse in purses] == expected
    assert sum(entry.amount_fen for entry in batch.entries) == 0
    assert (batch.key, batch.why, batch.at_ms) == ("credit/e-1", "credit", 9)


def test_a_posting_of_before_the_two_legs_is_credited_as_it_was_written() -> None:
    wallet = Account(owner="m1", kind="cash", line="ud", funder="alibaba")
    entries = (Entry(account=wallet, amount_fen=-9), Entry(account=revenue_of(wallet), amount_fen=9))
    batch = crediting("e-1", Batch(key="click/e-1", why="click", at_ms=1, entries=entries), 0, 2)
    assert batch is not None
    assert [(entry.account, entry.amount_fen) for entry in batch.entries] == [(wallet, 9), (revenue_of(wallet), -9)]


def test_two_servers_that_credit_the_same_click_at_once_give_it_back_once(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path) as first, closing(open_database(f"sqlite:///{path}")) as second:
        city, other = House(first), House(second)
        found(city)
        city.billing.top_up(ROOT, M1, "cid", 10_000, "k")
        absorb(city, [click(n) for n in range(20)])
        start = threading.Barrier(2)
        failed: list[Exception] = []
        fresh: list[int] = []

        def credit(one: House) -> None:
            start.wait()
            try:
                fresh.extend(n for n in range(20) if not give(one, n)[0][1])
            except Exception as error:  # noqa: BLE001 - told to the test below
                failed.append(error)

        servers = [threading.Thread(target=credit, args=(one,)) for one in (city, other)]
        for server in servers:
            server.start()
        for server in servers:
            server.join()
        assert not failed
        assert sorted(fresh) == list(range(20))
        assert city.billing.wallet(M1).balance_fen == 10_000
        assert city.ledger.verify().balanced
