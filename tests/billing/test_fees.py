"""Service fees: an estimate first, the settlement's word last, and the same total whichever way the facts come."""

from __future__ import annotations

import re
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hongmao
from hongmao.billing.api import Billing, FeeTermsBeyond, FeeUnitUnconfirmed
from hongmao.billing.fees import Payer, bearer, receivable_of
from hongmao.catalog.api import NotAllowed, NothingThere, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS, Window
from hongmao.ledger.api import name_of
from hongmao.storage.billing import SqlBillingStore
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

M1, M2 = MerchantId("m1"), MerchantId("m2")
PAID_AT = ALLIANCE_DAY
EVER = Window(0, 2**50)
JUNE = date(2025, 6, 1)


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened:
        found(opened)
        yield opened


def found(city: House) -> None:
    for number in (1, 2):
        city.catalog.add_merchant(city.tenant(f"t{number}"), name=f"商家 {number}", id=f"m{number}")


def told(kind: Kind, sub: str, version: int, **changes: object) -> Event:
    event = Event(
        event_id=f"ret:{sub}.{kind.value}.{changes.get('ref')}.{version}",
        kind=kind,
        occurred_at_ms=PAID_AT,
        source="taobao",
        tenant="t1",
        merchant="m1",
        shop="s1",
        platform="taobao",
        order_id=f"p-{sub}",
        sub_order_id=sub,
        version=version,
        amount_fen=100_00,
    )
    return msgspec.structs.replace(event, **changes)


def pay(sub: str = "o1", version: int = 1, fee_fen: int | None = 10_00, **changes: object) -> Event:
    return told(Kind.PAY, sub, version, commission_fen=fee_fen, **changes)


def settle(sub: str = "o1", version: int = 1, fee_fen: int | None = 8_00, **changes: object) -> Event:
    return told(Kind.SETTLE, sub, version, commission_fen=fee_fen, **changes)


def refund(sub: str = "o1", version: int = 1, amount_fen: int = 40_00, ref: str = "r1", **changes: object) -> Event:
    return told(Kind.REFUND, sub, version, amount_fen=amount_fen, ref=ref, **changes)


def absorb(city: House, events: Sequence[Event], start: int = 1) -> None:
    city.billing.absorb([Logged(offset, event) for offset, event in enumerate(events, start=start)])


def owed_fen(city: House, merchant: MerchantId = M1, payer: Payer = Payer.MERCHANT) -> int:
    """Say what somebody owes by the books."""
    return -(city.ledger.balance(bearer(merchant, payer)) or 0)


def entries(city: House, merchant: MerchantId = M1) -> list[tuple[str, str, int]]:
    turned = city.ledger.turnover(merchant, EVER)
    return [(name_of(one.account), movement.why, movement.amount_fen) for one in turned for movement in one.movements]


def terms(city: House, merchant: MerchantId = M1, **changes: Any) -> None:
    said: dict[str, Any] = {"payer": "merchant", "from_day": "2025-05-01", **changes}
    city.billing.fees.set_terms(ROOT, merchant, "taobao", **said)


def test_BILL_5_an_estimate_is_replaced_by_the_settlement_and_the_difference_is_an_entry(city: House) -> None:
    terms(city)
    # 7 May: 100.00 are paid, and the platform thinks that its fee will be 10.00.
    absorb(city, [pay()])
    assert owed_fen(city) == 10_00
    # 20 May: it settles, and the fee is 8.00.
    absorb(city, [settle(occurred_at_ms=PAID_AT + 13 * DAY_MS)], start=2)
    assert owed_fen(city) == 8_00
    assert entries(city) == [
        ("m1/service_fee/cid/merchant", "fee_estimate", -10_00),
        ("m1/service_fee/cid/merchant", "fee_settle", 2_00),
    ]
    (alibaba,) = city.ledger.turnover("@alibaba", EVER)
    assert [(one.why, one.amount_fen) for one in alibaba.movements] == [("fee_estimate", 10_00), ("fee_settle", -2_00)]
    (total,) = city.billing.fees.totals(ROOT, M1)
    assert (total.platform, total.state, total.payer, total.orders, total.booked_fen) == (
        "taobao", "settled", "merchant", 1, 8_00,
    )  # fmt: skip
    assert city.ledger.verify().balanced


def test_BILL_5_what_goes_back_before_the_settlement_takes_its_share_of_the_estimate(city: House) -> None:
    terms(city)
    absorb(city, [pay(), refund()])
    assert owed_fen(city) == 6_00
    # A second refund, and a corrected version of the first one.
    absorb(city, [refund(amount_fen=10_00, ref="r2"), refund(version=2, amount_fen=30_00)], start=3)
    assert owed_fen(city) == 6_00
    # The order is void: the platform settles nothing and takes nothing.
    absorb(city, [settle(fee_fen=0, amount_fen=0)], start=5)
    assert owed_fen(city) == 0


FACTS = st.lists(
    st.one_of(
        st.builds(pay, st.sampled_from(["o1", "o2"]), st.integers(1, 3), st.none() | st.integers(0, 20_00)),
        st.builds(settle, st.sampled_from(["o1", "o2"]), st.integers(1, 3), st.none() | st.integers(0, 20_00)),
        st.builds(
            refund,
            st.sampled_from(["o1", "o2"]),
            st.integers(1, 2),
            st.integers(1, 120_00),
            st.sampled_from(["r1", "r2"]),
        ),
    ),
    max_size=9,
    unique_by=lambda one: one.event_id,
)


def wanted(events: Sequence[Event]) -> int:
    """Say what all sub-orders owe together, from the events alone: the newest of each thing decides."""
    total = 0
    for sub in {one.sub_order_id for one in events}:
        newest: dict[tuple[Kind, str | None], Event] = {}
        for one in sorted((one for one in events if one.sub_order_id == sub), key=lambda one: one.version or 0):
            newest[one.kind, one.ref] = one
        settled, paid = newest.get((Kind.SETTLE, None)), newest.get((Kind.PAY, None))
        if settled is not None and settled.commission_fen is not None:
            total += settled.commission_fen
        elif paid is not None and paid.commission_fen is not None:
            gone = sum(one.amount_fen or 0 for (kind, _), one in newest.items() if kind is Kind.REFUND)
            total += paid.commission_fen * max(0, 100_00 - gone) // 100_00
    return total


@settings(max_examples=40)
@given(st.data())
def test_BILL_5_any_order_of_arrival_and_any_repeats_give_the_same_total(data: st.DataObject) -> None:
    events = data.draw(FACTS)
    arrival = data.draw(st.permutations(events)) + data.draw(
        st.lists(st.sampled_from(events), max_size=4) if events else st.just([])
    )
    told_after = data.draw(st.integers(0, len(arrival)))
    cut = data.draw(st.integers(0, len(arrival)))
    with house() as city:
        found(city)
        for at, event in enumerate(arrival[:cut]):
            if at == told_after:
                terms(city)
            absorb(city, [event], start=at + 1)
        terms(city)
        absorb(city, arrival[cut:], start=cut + 1)
        assert owed_fen(city) == wanted(events)
        assert (city.ledger.balance(receivable_of(bearer(M1, Payer.MERCHANT))) or 0) == wanted(events)
        before = (city.ledger.verify(), city.billing.fees.totals(ROOT, M1))
        absorb(city, arrival)
        assert (city.ledger.verify(), city.billing.fees.totals(ROOT, M1)) == before
        assert before[0].balanced
        assert sum(total.booked_fen for total in before[1]) == wanted(events)


def test_nothing_is_booked_before_somebody_has_said_who_pays_and_then_all_of_it(city: House) -> None:
    absorb(city, [pay(), pay("o2", occurred_at_ms=PAID_AT - 7 * DAY_MS), pay("o3", fee_fen=None)])
    (waiting,) = city.billing.fees.totals(ROOT, M1)
    assert (waiting.state, waiting.payer, waiting.orders, waiting.booked_fen) == ("no_terms", None, 3, 0)
    assert city.ledger.verify().batches == 0
    # The contract begins on 7 May: what was paid on 30 April has no terms still.
    terms(city, from_day="2025-05-07")
    assert owed_fen(city) == 10_00
    states = {total.state: (total.orders, total.booked_fen) for total in city.billing.fees.totals(ROOT, M1)}
    assert states == {"no_terms": (1, 0), "estimated": (1, 10_00), "unknown": (1, 0)}
    assert entries(city) == [("m1/service_fee/cid/merchant", "fee_terms", -10_00)]


def test_BILL_2_whoever_pays_by_the_contract_is_named_on_every_entry_and_a_change_moves_what_is_owed(
    city: House,
) -> None:
    terms(city)
    absorb(city, [pay()])
    terms(city, payer="agency")
    assert (owed_fen(city), owed_fen(city, payer=Payer.AGENCY)) == (0, 10_00)
    terms(city, payer="community")
    assert (owed_fen(city, payer=Payer.AGENCY), owed_fen(city, payer=Payer.COMMUNITY)) == (0, 10_00)
    absorb(city, [settle()], start=2)
    assert owed_fen(city, payer=Payer.COMMUNITY) == 8_00
    funders = {name_of(line.account): line.balance_fen for line in city.ledger.trial_balance()}
    assert {name: fen for name, fen in funders.items() if fen} == {
        "@community/service_fee/cid/community": -8_00,
        "@alibaba/receivable/cid/community": 8_00,
    }
    assert city.ledger.verify().balanced


def test_terms_that_begin_later_outrank_those_before_and_of_one_day_the_later_word_counts(city: House) -> None:
    absorb(city, [pay("o1"), pay("o2", occurred_at_ms=PAID_AT + DAY_MS)])
    terms(city, payer="agency", from_day="2025-05-08")
    terms(city, payer="merchant", from_day="2025-05-01")
    assert (owed_fen(city), owed_fen(city, payer=Payer.AGENCY)) == (10_00, 10_00)
    terms(city, payer="merchant", from_day="2025-05-08")
    assert (owed_fen(city), owed_fen(city, payer=Payer.AGENCY)) == (20_00, 0)
    before = city.ledger.verify()
    again, is_new = city.billing.fees.set_terms(ROOT, M1, "taobao", payer="merchant", from_day="2025-05-08")
    assert (again.number, is_new) == (3, False)
    assert city.ledger.verify() == before
    assert [one.number for one in city.billing.fees.terms(ROOT, M1)] == [1, 2, 3]


def test_BILL_5_a_rate_is_used_only_where_its_unit_is_confirmed_and_no_fee_is_told(city: House) -> None:
    with pytest.raises(FeeUnitUnconfirmed):
        terms(city, rate_ppm=100_000)
    absorb(city, [pay(fee_fen=None), pay("o2", fee_fen=7_00)])
    terms(city, rate_ppm=100_000, unit_confirmed=True)
    assert owed_fen(city) == 10_00 + 7_00
    absorb(city, [settle(fee_fen=None, amount_fen=90_00), settle("o2", fee_fen=6_00)], start=3)
    assert owed_fen(city) == 9_00 + 6_00


def test_BILL_5_no_code_of_ours_reads_the_rate_whose_unit_nobody_knows() -> None:
    source = Path(hongmao.__file__).parent
    reading = [
        str(path.relative_to(source))
        for path in sorted(source.rglob("*"))
        if path.suffix in {".py", ".sql", ".toml", ".html"}
        and not {"gateway", "sandbox"} & set(path.relative_to(source).parts)
        and re.search(r"commission_rate", path.read_text(encoding="utf-8"))
    ]
    assert reading == []
    # The shop's own gateway writes it, so the search does find what it looks for.
    gateways = [path for path in source.rglob("gateway/*.py") if "commission_rate" in path.read_text(encoding="utf-8")]
    assert gateways


@pytest.mark.parametrize(
    "change",
    [
        {"payer": "nobody"},
        {"from_day": "2025-5-1"},
        {"from_day": "20250501"},
        {"from_day": "2025-02-30"},
        {"rate_ppm": -1, "unit_confirmed": True},
        {"rate_ppm": 1_000_001, "unit_confirmed": True},
        {"rate_ppm": True, "unit_confirmed": True},
        {"rate_ppm": 0.1, "unit_confirmed": True},
    ],
)
def test_terms_that_cannot_be_are_refused_and_leave_nothing(change: dict[str, Any]) -> None:
    with house() as city:
        found(city)
        with pytest.raises(FeeTermsBeyond):
            terms(city, **change)
        assert city.billing.fees.terms(ROOT, M1) == []


def test_only_the_house_sets_terms_and_each_merchant_sees_its_own(city: House) -> None:
    stranger = city.tenant("t3", Role.FINANCE)
    with pytest.raises(NotAllowed):
        city.billing.fees.set_terms(stranger, M1, "taobao", payer="merchant", from_day="2025-05-01")
    for look in (city.billing.fees.totals, city.billing.fees.terms):
        with pytest.raises(NothingThere):
            look(stranger, M1)
    with pytest.raises(NothingThere):
        terms(city, MerchantId("m9"))


def test_two_tenants_that_name_the_same_sub_order_have_a_fee_each(city: House) -> None:
    terms(city)
    terms(city, M2)
    absorb(city, [pay(), pay(fee_fen=3_00, event_id="ret:other", tenant="t2", merchant="m2")])
    assert (owed_fen(city, M1), owed_fen(city, M2)) == (10_00, 3_00)
    assert city.ledger.verify().balanced


def test_a_fee_of_a_closed_month_counts_when_it_is_told_and_the_longest_ids_have_their_postings(city: House) -> None:
    terms(city)
    longest = "p" * 64
    city.billing.fees.set_terms(ROOT, M1, longest, payer="merchant", from_day="2025-05-01")
    city.clock.advance(30 * DAY_MS)
    closed = Window.of_day(JUNE).start_ms
    city.ledger.close_period("2025-05", closed, "root")
    absorb(city, [pay("x" * 64, platform=longest), pay("y", 2**53 - 1, 5_00)])
    assert owed_fen(city) == 15_00
    assert city.ledger.balance(bearer(M1, Payer.MERCHANT), closed) == 0
    assert city.ledger.verify().balanced


def test_orders_without_a_merchant_or_of_a_tenant_that_nobody_knows_stop_nothing(city: House) -> None:
    terms(city)
    absorb(city, [pay("o1", merchant=None), pay("o2", tenant="t-unknown", merchant="m-unknown"), pay("o3")])
    assert owed_fen(city) == 10_00
    assert city.billing.position() == 3


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_BILL_5_two_servers_that_follow_one_log_book_every_fee_once(engine: str) -> None:
    events = [event for n in range(30) for event in (pay(f"o{n}"), settle(f"o{n}", fee_fen=7_00 + n), refund(f"o{n}"))]
    with house(engine) as city:
        found(city)
        terms(city)
        start = threading.Barrier(2)
        failed: list[Exception] = []

        def serve(size: int) -> None:
            billing = Billing(SqlBillingStore(city.database), city.ledger, city.catalog, city.clock)
            start.wait()
            try:
                for at in range(0, len(events), size):
                    billing.absorb([Logged(n, event) for n, event in enumerate(events[at : at + size], start=at + 1)])
            except Exception as error:  # noqa: BLE001 - told to the test below
                failed.append(error)

        servers = [threading.Thread(target=serve, args=(size,)) for size in (7, 4)]
        for server in servers:
            server.start()
        for server in servers:
            server.join()
        assert not failed
        assert owed_fen(city) == sum(7_00 + n for n in range(30))
        assert city.ledger.verify().balanced
