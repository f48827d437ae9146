"""Billing on its store: exactly once in effect, whatever order, repetition or crash; statements that meet to the fen."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.billing.api import LineUnknown, TopUpBeyond
from hongmao.catalog.api import NotAllowed, NothingThere, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window, day_of
from hongmao.ledger.api import KeyReused
from hongmao.storage.billing import SqlBillingWork
from hongmao.storage.charges_table import SCHEMA, charges_table
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EVER = Window(0, 2**50)
M1, M2 = MerchantId("m1"), MerchantId("m2")


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened:
        found(opened)
        yield opened


def found(city: House) -> None:
    for number in (1, 2):
        who = city.tenant(f"t{number}")
        city.catalog.add_merchant(who, name=f"商家 {number}", id=f"m{number}")


def click(number: int, *, merchant: int = 1, **changes: object) -> Event:
    event = Event(
        event_id=f"e-{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=ALLIANCE_DAY + number * 1_000,
        tenant=f"t{merchant}",
        merchant=f"m{merchant}",
        note=f"n{number % 2}",
        link=f"l{merchant}",
        line="cid",
        impression=f"i-{number}",
        click_id=f"c-{number}",
        labelled=True,
        price_fen=100,
    )
    return msgspec.structs.replace(event, **changes)


def logged(events: Sequence[Event], *, start: int = 1) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, start=start)]


def test_a_day_of_clicks_ends_in_a_statement_that_meets_to_the_fen(city: House) -> None:
    # 7 May, 10:00: the merchant recharges 5.00.
    city.billing.top_up(ROOT, M1, "cid", 500, "recharge-1")
    # Later that day and the next: eight clicks, one by a bot, one without its label, one tapped twice.
    events = [
        click(1),
        click(2, invalid="bot"),
        click(3, labelled=None),
        click(4),
        click(5, impression="i-4"),
        click(6, occurred_at_ms=ALLIANCE_DAY + DAY_MS),
        click(7, occurred_at_ms=ALLIANCE_DAY + DAY_MS, price_fen=0),
        click(8, merchant=2),
    ]
    city.billing.absorb(logged(events))

    statement = city.billing.statement(ROOT, M1, ALLIANCE_DAY - HOUR_MS, ALLIANCE_DAY + 2 * DAY_MS)
    (line,) = statement.lines
    assert statement.balanced
    assert (line.opening_fen, line.closing_fen, line.funder) == (0, 200, "merchant")
    assert [(m.day.isoformat(), m.why, m.entries, m.amount_fen, m.funder) for m in line.movements] == [
        ("2025-05-07", "click", 2, -200, "merchant"),
        ("2025-05-07", "top_up", 1, 500, "merchant"),
        ("2025-05-08", "click", 1, -100, "merchant"),
    ]
    assert {free.reason: free.clicks for free in statement.uncharged} == {
        "invalid:bot": 1,
        "label_not_shown": 1,
        "double_tap": 1,
        "no_price": 1,
    }
    # The next statement opens where this one closed.
    later = city.billing.statement(ROOT, M1, ALLIANCE_DAY + 2 * DAY_MS, ALLIANCE_DAY + 3 * DAY_MS)
    assert (later.lines[0].opening_fen, later.lines[0].closing_fen) == (200, 200)
    assert city.billing.wallet(M1).balance_fen == 200
    assert city.ledger.verify().balanced
    other = city.billing.charge_of("e-8")
    assert other is not None
    assert other.reason == "funds_missing"


def test_a_piece_of_the_log_may_come_again_from_the_very_beginning(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    events = [click(number) for number in range(4)]
    city.billing.absorb(logged(events))
    before = (city.billing.charges(None, EVER), city.billing.wallet(M1), city.ledger.verify(), city.billing.position())
    city.billing.absorb(logged(events[:2]))
    city.billing.absorb(logged(events))
    city.billing.absorb([*logged(events), *logged(events)])
    city.billing.absorb([])
    assert (
        city.billing.charges(None, EVER),
        city.billing.wallet(M1),
        city.ledger.verify(),
        city.billing.position(),
    ) == before
    assert before[-1] == 4


def test_what_was_refused_for_want_of_money_stays_refused_after_a_recharge(city: House) -> None:
    city.billing.absorb(logged([click(1)]))
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    city.billing.absorb(logged([click(1)]))
    charge = city.billing.charge_of("e-1")
    assert charge is not None
    assert charge.reason == "funds_missing"
    assert city.billing.wallet(M1).balance_fen == 1_000


def test_only_component_clicks_of_a_tenant_are_charged_and_the_position_moves_past_the_rest(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    read = msgspec.structs.replace(click(1), kind=Kind.READ)
    city.billing.absorb(logged([read, msgspec.structs.replace(click(2), tenant=None)], start=7))
    assert city.billing.charges(None, EVER) == []
    assert city.billing.position() == 8


def test_BILL_4_a_recharge_of_one_line_buys_no_click_of_the_other(city: House) -> None:
    city.billing.top_up(ROOT, M1, "ud", 1_000, "k")
    city.billing.absorb(logged([click(1), click(2, line="ud")]))
    assert [charge.amount_fen for charge in city.billing.charges(TenantId("t1"), EVER)] == [0, 100]
    assert city.billing.wallet(M1, "ud").balance_fen == 900
    assert city.billing.wallet(M1, "ud").funder == "alibaba"
    assert {wallet.line: wallet.balance_fen for wallet in city.billing.wallets(city.tenant("t1"))} == {
        "cid": 0,
        "ud": 900,
    }


def test_a_recharge_happens_once_per_key(city: House) -> None:
    first = city.billing.top_up(ROOT, M1, "cid", 500, "k")
    city.clock.advance(60_000)
    again = city.billing.top_up(ROOT, M1, "cid", 500, "k")
    assert (first.duplicate, again.duplicate) == (False, True)
    for merchant, line, fen in ((M1, "cid", 501), (M1, "ud", 500)):
        with pytest.raises(KeyReused):
            city.billing.top_up(ROOT, merchant, line, fen, "k")
    city.billing.top_up(ROOT, M2, "cid", 500, "k")  # a key is a merchant's own
    assert city.billing.wallet(M1).balance_fen == city.billing.wallet(M2).balance_fen == 500


def test_BILL_1_a_recharge_is_a_whole_positive_number_of_fen_on_a_known_line_of_a_known_merchant(city: House) -> None:
    for fen in (0, -1, 10**10 + 1, 1.5, True, None):
        with pytest.raises(TopUpBeyond):
            city.billing.top_up(ROOT, M1, "cid", fen, "k")  # type: ignore[arg-type]
    with pytest.raises(LineUnknown):
        city.billing.top_up(ROOT, M1, "cash", 1, "k")
    with pytest.raises(BadInput):
        city.billing.top_up(ROOT, M1, "cid", 1, "a key")
    with pytest.raises(NothingThere):
        city.billing.top_up(ROOT, MerchantId("m9"), "cid", 1, "k")
    assert city.ledger.verify().entries == 0


def test_nobody_reads_or_fills_a_wallet_of_another_tenant(city: House) -> None:
    stranger = city.tenant("t2", Role.FINANCE)
    with pytest.raises(NothingThere):
        city.billing.statement(stranger, M1, 0, 1)
    assert {wallet.merchant for wallet in city.billing.wallets(stranger)} == {"m2"}
    with pytest.raises(NotAllowed):
        city.billing.top_up(stranger, M2, "cid", 1, "k")
    with pytest.raises(NotAllowed):
        city.billing.wallets(city.tenant("t1", Role.ANALYST))
    city.billing.absorb(logged([click(1)]))
    assert city.billing.charge_of("e-1", tenant=TenantId("t2")) is None
    assert city.billing.charge_of_click("c-1", tenant=TenantId("t1")) is not None
    assert city.billing.charges(TenantId("t2"), EVER) == []


def test_spend_is_added_up_by_day_note_and_link_and_sums_to_what_left_the_wallet(city: House) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    night = Window.of_day(day_of(ALLIANCE_DAY)).end_ms
    city.billing.absorb(
        logged([click(1), click(2), click(3), click(4, occurred_at_ms=night - 1), click(5, occurred_at_ms=night)])
    )
    spend = city.billing.spend(TenantId("t1"), EVER)
    assert [(one.day.isoformat(), one.note, one.clicks, one.amount_fen) for one in spend] == [
        ("2025-05-07", "n0", 2, 200),
        ("2025-05-07", "n1", 2, 200),
        ("2025-05-08", "n1", 1, 100),
    ]
    assert sum(one.amount_fen for one in spend) == 1_000 - city.billing.wallet(M1).balance_fen


def test_charges_are_read_page_by_page_and_as_a_table(city: House) -> None:
    empty = charges_table(city.database)
    assert (empty.num_rows, empty.schema) == (0, SCHEMA)
    city.billing.top_up(ROOT, M1, "cid", 150, "k")
    city.billing.absorb(logged([click(1), click(2)]))
    first = city.billing.numbered_charges(EVER, after=0, limit=1)
    second = city.billing.numbered_charges(EVER, after=first[0][0], limit=9)
    assert [charge.event_id for _, charge in (*first, *second)] == ["e-1", "e-2"]
    table = charges_table(city.database)
    assert table.schema == SCHEMA
    assert table.column("amount_fen").to_pylist() == [100, 0]
    assert table.column("reason").to_pylist() == [None, "funds_missing"]
    assert charges_table(city.database, after=first[0][0]).num_rows == 1
    assert pa.types.is_int64(table.schema.field("amount_fen").type)


class Crash(Exception):
    """The process is gone."""


@pytest.mark.parametrize("step", ["add", "move_to"])
def test_a_crash_before_the_commit_leaves_nothing_and_the_replay_charges_once(
    city: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    city.billing.top_up(ROOT, M1, "cid", 1_000, "k")
    works = getattr(SqlBillingWork, step)

    def crash(*args: object) -> None:
        works(*args)
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(SqlBillingWork, step, crash)
        with pytest.raises(Crash):
            city.billing.absorb(logged([click(1), click(2)]))
    assert (city.billing.position(), city.billing.wallet(M1).balance_fen) == (0, 1_000)
    assert city.billing.charges(None, EVER) == []
    city.billing.absorb(logged([click(1), click(2)]))
    assert (city.billing.position(), city.billing.wallet(M1).balance_fen) == (2, 800)
    assert city.ledger.verify().balanced


def test_two_servers_that_absorb_the_same_log_charge_it_once(city: House) -> None:
    with_neighbour = House(city.database)
    city.billing.top_up(ROOT, M1, "cid", 10_000, "k")
    events = logged([click(number) for number in range(20)])
    city.billing.absorb(events[:12])
    with_neighbour.billing.absorb(events)
    city.billing.absorb(events[12:])
    assert city.billing.wallet(M1).balance_fen == 10_000 - 20 * 100
    assert city.ledger.verify().balanced


NUMBERS = st.lists(st.integers(0, 8), max_size=20)


@settings(max_examples=30)
@given(
    arrivals=NUMBERS,
    cuts=st.sets(st.integers(1, 19), max_size=4),
    funds=st.tuples(st.integers(0, 600), st.integers(0, 600)),
)
def test_promise_4_in_any_order_and_repetition_spend_stays_within_what_was_paid_in_and_all_sums_to_zero(
    arrivals: list[int], cuts: set[int], funds: tuple[int, int]
) -> None:
    with house() as opened:
        found(opened)
        for merchant, fen in zip((M1, M2), funds, strict=True):
            if fen:
                opened.billing.top_up(ROOT, merchant, "cid", fen, "k")
        events = logged([click(n, merchant=1 + n % 2, impression=f"i-{n // 4}") for n in arrivals])
        edges = [0, *sorted(cuts), len(events)]
        for start, end in itertools.pairwise(edges):
            opened.billing.absorb(events[start:end])
        charges = opened.billing.charges(None, EVER)
        assert sorted(charge.event_id for charge in charges) == sorted({f"e-{n}" for n in arrivals})
        for merchant, fen in zip((M1, M2), funds, strict=True):
            spent = sum(charge.amount_fen for charge in charges if charge.merchant == merchant)
            assert 0 <= spent <= fen
            assert opened.billing.wallet(merchant).balance_fen == fen - spent
            paid_slots = [charge.impression for charge in charges if charge.merchant == merchant and charge.amount_fen]
            assert len(paid_slots) == len(set(paid_slots))
        assert opened.ledger.verify().balanced


@settings(max_examples=20)
@given(order=st.permutations(range(6)))
def test_with_money_enough_the_order_of_arrival_changes_no_total(order: list[int]) -> None:
    with house() as opened:
        found(opened)
        opened.billing.top_up(ROOT, M1, "cid", 10_000, "k")
        opened.billing.absorb(logged([click(n, impression=f"i-{n // 2}") for n in order]))
        assert opened.billing.wallet(M1).balance_fen == 10_000 - 3 * 100
