"""Co-investment: matched to the fen, never beyond a cap, whoever charges and however the log is cut."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.billing.api import (
    Line,
    MemberElsewhere,
    ProgrammeBeyond,
    ProgrammeOver,
    ProgrammeTaken,
    ProgrammeUnknown,
)
from hongmao.billing.coinvest import Matching, Member, Programme, purse_of
from hongmao.billing.rules import bill, wallet_account
from hongmao.catalog.api import NotAllowed, NothingThere, Principal, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window
from hongmao.ledger.api import name_of
from hongmao.storage.database import open_database
from storage.opened import ALLIANCE_DAY, ROOT, House, house, opened

if TYPE_CHECKING:
    from pathlib import Path

M1, M2 = MerchantId("m1"), MerchantId("m2")
TERMS: dict[str, Any] = {
    "own_parts": 10,
    "match_parts": 3,
    "cap_fen": 3_000_00,
    "member_cap_fen": None,
    "from_ms": ALLIANCE_DAY - DAY_MS,
    "to_ms": ALLIANCE_DAY + 30 * DAY_MS,
}


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
        price_fen=100,
    )
    return msgspec.structs.replace(event, **changes)


def logged(events: list[Event]) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, start=1)]


def founded(city: House, **changes: int | None) -> None:
    for number in (1, 2):
        city.catalog.add_merchant(city.tenant(f"t{number}"), name=f"商家 {number}", id=f"m{number}")
    city.billing.coinvest.found(ROOT, "p", **{**TERMS, **changes})


def balances(city: House) -> dict[str, int]:
    return {name_of(line.account): line.balance_fen for line in city.ledger.trial_balance()}


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_BILL_6_ten_thousand_own_and_three_thousand_matched_are_clicks_of_thirteen_thousand(engine: str) -> None:
    with house(engine) as city:
        founded(city)
        city.billing.top_up(ROOT, M1, "cid", 10_000_00, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        # Clicks of 130.00, one more than both can pay.
        city.billing.absorb(logged([click(n, price_fen=130_00) for n in range(101)]))
        charges = [city.billing.charge_of(f"e-{n}") for n in range(101)]
        assert [charge.amount_fen for charge in charges if charge] == [130_00] * 100 + [0]
        assert charges[-1] is not None
        assert (charges[-1].reason, charges[0] and charges[0].funder) == ("funds_missing", "merchant")
        assert balances(city) == {
            "@outside/cash/cid/alibaba": -3_000_00,
            "@outside/cash/cid/merchant": -10_000_00,
            "@alibaba/coinvest.p/cid/alibaba": 0,
            "m1/cash/cid/merchant": 0,
            "@community/revenue/cid/alibaba": 3_000_00,
            "@community/revenue/cid/merchant": 10_000_00,
        }
        (running,) = city.billing.coinvest.running(ROOT)
        assert running.left_fen == 0
        assert (running.members[0].seen_fen, running.members[0].matched_fen) == (13_000_00, 3_000_00)
        # Whose money the clicks of the day were: 39,000.00 of GMV are 3.90 times the merchant's own, 3.00 times all of it.
        funding = city.billing.funding(ROOT, M1, ALLIANCE_DAY, ALLIANCE_DAY + DAY_MS)
        assert {part.funder: part.amount_fen for part in funding.parts} == {
            "merchant": 10_000_00,
            "alibaba": 3_000_00,
        }
        assert (funding.own_fen, funding.total_fen) == (10_000_00, 13_000_00)
        assert city.ledger.verify().balanced


def test_BILL_6_the_match_stops_at_its_cap_to_the_fen_and_the_rest_is_the_merchants() -> None:
    with house() as city:
        founded(city, cap_fen=50)
        city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        city.billing.absorb(logged([click(n) for n in range(4)]))
        # 23 of 100, 46 of 200 (running total 46.15), then 4 that are left, then nothing.
        assert city.billing.wallet(M1).balance_fen == 1_000 - (400 - 50)
        (running,) = city.billing.coinvest.running(ROOT)
        assert (running.left_fen, running.members[0].matched_fen, running.members[0].seen_fen) == (0, 50, 400)


PRICES = st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(1, 300)), max_size=25)


@settings(max_examples=60)
@given(
    PRICES,
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(1, 2_000),
    st.none() | st.integers(1, 900),
    st.sets(st.integers(1, 24)),
)
def test_BILL_6_what_is_matched_is_the_share_of_everything_cut_at_the_caps_however_the_log_is_cut(
    prices: list[tuple[int, int]], own: int, match: int, cap: int, member_cap: int | None, cuts: set[int]
) -> None:
    programme = Programme(
        id="p", own_parts=own, match_parts=match, cap_fen=cap, member_cap_fen=member_cap,
        from_ms=0, to_ms=2**50, by="x", at_ms=0,
    )  # fmt: skip
    members = [
        Member(
            programme="p", merchant=MerchantId(f"m{n}"), tenant=TenantId(f"t{n}"),
            seen_fen=0, matched_fen=0, joined_at_ms=0, left_at_ms=None,
        )
        for n in (1, 2)
    ]  # fmt: skip
    kept = {member.merchant: member for member in members}
    wallets = {n: wallet_account(MerchantId(f"m{n}"), Line.CID) for n in (1, 2)}
    funds = {purse_of("p"): cap, wallets[1]: 10**6, wallets[2]: 10**6}
    clicks = [click(n, merchant=m, price_fen=price) for n, (m, price) in enumerate(prices)]
    for start, end in itertools.pairwise(sorted({0, len(clicks), *(cut for cut in cuts if cut < len(clicks))})):
        decided = bill(clicks[start:end], paid=(), funds_fen=funds, matching=Matching([programme], list(kept.values())))
        kept.update({member.merchant: member for member in decided.members})
        for entry in (entry for batch in decided.batches for entry in batch.entries if entry.account in funds):
            funds[entry.account] += entry.amount_fen
    assert funds[purse_of("p")] == cap - sum(member.matched_fen for member in kept.values()) >= 0
    for n in (1, 2):
        member, seen = kept[MerchantId(f"m{n}")], sum(price for m, price in prices if m == n)
        share = int(Fraction(seen * match, own + match))
        assert member.seen_fen == seen
        assert 10**6 - funds[wallets[n]] == seen - member.matched_fen
        assert member.matched_fen <= min(share, share if member_cap is None else member_cap)
        if sum(one.matched_fen for one in kept.values()) < cap:
            assert member.matched_fen == min(share, share if member_cap is None else member_cap)
    if {m for m, _ in prices} == {1}:
        total = int(Fraction(sum(price for _, price in prices) * match, own + match))
        assert kept[M1].matched_fen == min(total, cap, total if member_cap is None else member_cap)


@pytest.mark.parametrize("cap_fen", [1, 499, 500, 10_000])
def test_BILL_6_two_servers_that_charge_one_log_at_the_same_time_match_it_once(tmp_path: Path, cap_fen: int) -> None:
    path = tmp_path / "state.sqlite"
    events = logged([click(n, merchant=1 + n % 2, price_fen=37) for n in range(60)])
    with opened(path) as first, closing(open_database(f"sqlite:///{path}")) as second:
        city = House(first)
        founded(city, cap_fen=cap_fen)
        for merchant in (M1, M2):
            city.billing.top_up(ROOT, merchant, "cid", 10_000, "k")
            city.billing.coinvest.join(ROOT, "p", merchant)
        start, failed = threading.Barrier(2), []

        def serve(one: House, size: int) -> None:
            start.wait()
            try:
                for at in range(0, len(events), size):
                    one.billing.absorb(events[at : at + size])
            except Exception as error:  # noqa: BLE001 - told to the test below
                failed.append(error)

        servers = [threading.Thread(target=serve, args=(one, size)) for one, size in ((city, 7), (House(second), 4))]
        for server in servers:
            server.start()
        for server in servers:
            server.join()
        assert not failed
        shares = 2 * (30 * 37 * 3 // 13)
        (running,) = city.billing.coinvest.running(ROOT)
        assert sum(member.matched_fen for member in running.members) == min(cap_fen, shares)
        assert running.left_fen == cap_fen - min(cap_fen, shares)
        spent = sum(10_000 - city.billing.wallet(merchant).balance_fen for merchant in (M1, M2))
        assert spent == 60 * 37 - min(cap_fen, shares)
        assert city.ledger.verify().balanced


def test_only_clicks_of_a_members_time_on_the_merchants_own_line_are_matched() -> None:
    with house() as city:
        founded(city, to_ms=ALLIANCE_DAY + DAY_MS)
        for line in ("cid", "ud"):
            city.billing.top_up(ROOT, M1, line, 10_000, line)
        city.clock.advance(HOUR_MS)
        joined = city.billing.coinvest.join(ROOT, "p", M1)
        city.clock.advance(HOUR_MS)
        left = city.billing.coinvest.leave(ROOT, "p", M1)
        assert (joined.joined_at_ms, left.left_at_ms) == (ALLIANCE_DAY + HOUR_MS, ALLIANCE_DAY + 2 * HOUR_MS)
        at = {
            1: ALLIANCE_DAY + HOUR_MS - 1,  # not yet in
            2: ALLIANCE_DAY + HOUR_MS,  # the first that counts
            3: ALLIANCE_DAY + 2 * HOUR_MS - 1,  # the last
            4: ALLIANCE_DAY + 2 * HOUR_MS,  # out again
        }
        events = [click(n, price_fen=130, occurred_at_ms=at_ms) for n, at_ms in at.items()]
        events.append(click(5, line="ud", price_fen=130, occurred_at_ms=at[2]))
        events.append(click(6, invalid="bot", price_fen=130, occurred_at_ms=at[2]))
        city.billing.absorb(logged(events))
        assert city.billing.wallet(M1, "cid").balance_fen == 10_000 - 4 * 130 + 2 * 30
        assert city.billing.wallet(M1, "ud").balance_fen == 10_000 - 130
        # Back again, the totals go on; behind the programme's end nobody joins and nothing is matched.
        assert city.billing.coinvest.join(ROOT, "p", M1).matched_fen == 60
        city.billing.absorb([Logged(9, click(9, price_fen=130, occurred_at_ms=ALLIANCE_DAY + DAY_MS))])
        assert city.billing.coinvest.running(ROOT)[0].members[0].matched_fen == 60
        city.clock.advance(DAY_MS)
        with pytest.raises(ProgrammeOver):
            city.billing.coinvest.join(ROOT, "p", M2)


def test_a_click_that_the_merchant_cannot_pay_its_part_of_is_not_matched() -> None:
    with house() as city:
        founded(city)
        city.billing.top_up(ROOT, M1, "cid", 99, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        city.billing.absorb(logged([click(1, price_fen=130), click(2, price_fen=128)]))
        charges = [city.billing.charge_of(f"e-{n}") for n in (1, 2)]
        assert [charge and charge.reason for charge in charges] == ["funds_missing", None]
        (member,) = city.billing.coinvest.running(ROOT)[0].members
        assert (member.seen_fen, member.matched_fen) == (128, 29)
        assert city.billing.wallet(M1).balance_fen == 0


def test_a_log_that_comes_again_is_matched_once() -> None:
    with house() as city:
        founded(city)
        city.billing.top_up(ROOT, M1, "cid", 10_000, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        events = logged([click(n) for n in range(9)])
        city.billing.absorb(events)
        before = (city.billing.coinvest.running(ROOT), city.ledger.verify())
        city.billing.absorb(events[:4])
        city.billing.absorb(events)
        assert (city.billing.coinvest.running(ROOT), city.ledger.verify()) == before


def test_a_programme_is_founded_once_with_terms_that_stay() -> None:
    with house() as city:
        founded(city)
        again = city.billing.coinvest.found(ROOT, "p", **TERMS)
        assert (again.left_fen, again.duplicate) == (3_000_00, True)
        for change in ({"cap_fen": 1}, {"match_parts": 4}, {"to_ms": ALLIANCE_DAY}):
            with pytest.raises(ProgrammeTaken):
                city.billing.coinvest.found(ROOT, "p", **{**TERMS, **change})
        assert city.ledger.verify().batches == 1


@pytest.mark.parametrize(
    "change",
    [
        {"own_parts": 0},
        {"own_parts": True},
        {"match_parts": 1_001},
        {"match_parts": 1.5},
        {"cap_fen": 0},
        {"cap_fen": 10**10 + 1},
        {"member_cap_fen": 3_000_01},
        {"member_cap_fen": 0},
        {"to_ms": TERMS["from_ms"]},
    ],
)
def test_a_programme_that_cannot_be_is_refused_and_leaves_nothing(change: dict[str, object]) -> None:
    with house() as city:
        with pytest.raises(ProgrammeBeyond):
            city.billing.coinvest.found(ROOT, "p", **{**TERMS, **change})
        with pytest.raises(ProgrammeBeyond):
            city.billing.coinvest.found(ROOT, "p" * 41, **TERMS)
        assert city.billing.coinvest.running(ROOT) == []
        assert city.ledger.verify().entries == 0


def test_a_merchant_is_in_one_programme_at_a_time_and_only_the_house_puts_it_there() -> None:
    with house() as city:
        founded(city)
        city.billing.coinvest.found(ROOT, "q", **TERMS)
        city.billing.coinvest.join(ROOT, "p", M1)
        assert city.billing.coinvest.join(ROOT, "p", M1).left_at_ms is None
        with pytest.raises(MemberElsewhere):
            city.billing.coinvest.join(ROOT, "q", M1)
        with pytest.raises(ProgrammeUnknown):
            city.billing.coinvest.leave(ROOT, "q", M1)
        with pytest.raises(ProgrammeUnknown):
            city.billing.coinvest.join(ROOT, "r", M1)
        with pytest.raises(NothingThere):
            city.billing.coinvest.join(ROOT, "q", MerchantId("m9"))
        first = city.billing.coinvest.leave(ROOT, "p", M1)
        city.clock.advance(1)
        assert city.billing.coinvest.leave(ROOT, "p", M1) == first
        assert city.billing.coinvest.join(ROOT, "q", M1).matched_fen == 0
        stranger = city.tenant("t3", Role.FINANCE)
        for act in (
            lambda: city.billing.coinvest.join(stranger, "p", M1),
            lambda: city.billing.coinvest.leave(stranger, "p", M1),
            lambda: city.billing.coinvest.running(stranger),
            lambda: city.billing.coinvest.found(stranger, "s", **TERMS),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_funding_is_told_by_whoever_paid_and_only_to_who_may_see_the_wallet() -> None:
    with house() as city:
        founded(city)
        city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
        city.billing.top_up(ROOT, M1, "ud", 1_000, "u")
        city.billing.grant(ROOT, M1, "rebate", 50, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        city.billing.absorb(logged([click(1), click(2, line="ud"), click(3, invalid="bot")]))
        own = Principal(id="u", tenant=TenantId("t1"), role=Role.FINANCE, name="财务")
        funding = city.billing.funding(own, M1, ALLIANCE_DAY, ALLIANCE_DAY + DAY_MS)
        # 100 on cid: 23 matched, 50 of the rebate, 27 paid in; 100 on ud are Alibaba's once, though they move by two legs.
        assert {part.funder: part.amount_fen for part in funding.parts} == {
            "alibaba": 123,
            "community": 50,
            "merchant": 27,
        }
        charges = city.billing.charges(TenantId("t1"), Window(0, 2**50))
        assert funding.total_fen == sum(charge.amount_fen for charge in charges) == 200
        before = city.billing.funding(own, M1, 0, ALLIANCE_DAY)
        assert (before.parts, before.total_fen, before.own_fen) == ((), 0, 0)
        with pytest.raises(NothingThere):
            city.billing.funding(own, M2, 0, ALLIANCE_DAY)
        with pytest.raises(NotAllowed):
            city.billing.funding(replace(own, role=Role.ANALYST), M1, 0, ALLIANCE_DAY)
