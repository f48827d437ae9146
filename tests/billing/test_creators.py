"""Creators' orders: frozen, cancelled or paid out, once, to the fen; and what a note has cost altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.billing.api import (
    Billing,
    CreatorOrderBeyond,
    CreatorOrderEnded,
    CreatorOrderTaken,
    CreatorOrderUnknown,
    NoteNotTheirs,
    OrderState,
    creator_owner,
)
from hongmao.billing.creators import ORDER_DAYS, earnings_of, fee_of, platform_fees
from hongmao.catalog.api import NotAllowed, NothingThere, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import CreatorId, IdMalformed, MerchantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window, day_of
from hongmao.ledger.api import FundsMissing, name_of
from hongmao.storage.billing import SqlBillingStore
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.billing.api import CreatorOrder, TrueCost

M1, M2 = MerchantId("m1"), MerchantId("m2")
LONG = "c" * 64
EVER = (0, 2**50)


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened:
        found(opened)
        yield opened


def found(city: House) -> None:
    for number in (1, 2):
        city.catalog.add_merchant(city.tenant(f"t{number}"), name=f"商家 {number}", id=f"m{number}")
    for creator in ("c1", "c2", LONG):
        city.catalog.add_creator(ROOT, name="阿橙", id=creator)
    for note, creator in (("n1", "c1"), ("n2", "c2")):
        city.catalog.add_note(
            ROOT, id=note, creator=creator, type="picture", title="t", body="b", topic="美妆", cover="note-1",
        )  # fmt: skip


def balances(city: House) -> dict[str, int]:
    return {name_of(line.account): line.balance_fen for line in city.ledger.trial_balance() if line.balance_fen}


def place(city: House, id: str = "o1", **changes: Any) -> CreatorOrder:
    asked: dict[str, Any] = {"creator": "c1", "price_fen": 2_000_00, "note": "n1", **changes}
    return city.billing.creators.place(ROOT, M1, id, **asked)


def test_an_order_is_frozen_with_its_fee_and_paid_out_when_it_is_done(city: House) -> None:
    city.billing.top_up(ROOT, M1, "creator", 5_000_00, "k")
    # 7 May: a note for 2,000.00, and a tenth of that for the community.
    order = place(city)
    assert (order.state, order.code, order.price_fen, order.fee_fen) == (OrderState.FROZEN, 16, 2_000_00, 200_00)
    wallet = city.billing.creators.wallet(ROOT, M1)
    assert (wallet.balance_fen, wallet.frozen_fen) == (2_800_00, 2_200_00)
    # 14 May: it is published.
    city.clock.advance(7 * DAY_MS)
    done = city.billing.creators.release(ROOT, M1, "o1")
    assert (done.state, done.code, done.ended_at_ms, done.duplicate) == (
        OrderState.RELEASED, 18, ALLIANCE_DAY + 7 * DAY_MS, False,
    )  # fmt: skip
    assert balances(city) == {
        "@outside/cash/creator/merchant": -5_000_00,
        "m1/cash/creator/merchant": 2_800_00,
        "@creator:c1/earnings/creator/merchant": 2_000_00,
        "@community/pgy_fee/creator/merchant": 200_00,
    }
    again = city.billing.creators.release(ROOT, M1, "o1")
    assert (again.state, again.duplicate, again.ended_at_ms) == (OrderState.RELEASED, True, done.ended_at_ms)
    with pytest.raises(CreatorOrderEnded):
        city.billing.creators.cancel(ROOT, M1, "o1")
    assert city.billing.creators.orders(ROOT, M1) == [done]
    assert city.ledger.verify().balanced


def test_a_cancelled_order_sends_all_of_it_back(city: House) -> None:
    city.billing.top_up(ROOT, M1, "creator", 2_200_00, "k")
    place(city)
    gone = city.billing.creators.cancel(ROOT, M1, "o1")
    assert (gone.state, gone.code) == (OrderState.CANCELLED, 17)
    assert city.billing.creators.cancel(ROOT, M1, "o1").duplicate
    with pytest.raises(CreatorOrderEnded):
        city.billing.creators.release(ROOT, M1, "o1")
    assert city.billing.creators.wallet(ROOT, M1).balance_fen == 2_200_00
    assert balances(city).keys() == {"@outside/cash/creator/merchant", "m1/cash/creator/merchant"}
    # The id stays its own: what was cancelled is not ordered again by it.
    assert (place(city).state, place(city).duplicate) == (OrderState.CANCELLED, True)


def test_an_order_that_nobody_ends_expires_and_pays_nobody(city: House) -> None:
    city.billing.top_up(ROOT, M1, "creator", 2_200_00, "k")
    order = place(city)
    assert order.until_ms == ALLIANCE_DAY + ORDER_DAYS * DAY_MS
    city.clock.advance(ORDER_DAYS * DAY_MS)
    with pytest.raises(CreatorOrderEnded):
        city.billing.creators.release(ROOT, M1, "o1")
    (late,) = city.billing.creators.orders(ROOT, M1)
    assert (late.state, late.code) == (OrderState.EXPIRED, None)
    assert city.ledger.expire_due() == 1
    assert city.billing.creators.orders(ROOT, M1) == [late]
    assert city.billing.creators.wallet(ROOT, M1).balance_fen == 2_200_00


def test_an_order_says_one_thing_for_ever_and_one_without_money_leaves_nothing(city: House) -> None:
    with pytest.raises(FundsMissing):
        place(city)
    city.billing.top_up(ROOT, M1, "creator", 2_199_99, "k")
    with pytest.raises(FundsMissing):
        place(city)
    assert city.billing.creators.orders(ROOT, M1) == []
    city.billing.top_up(ROOT, M1, "creator", 3_000_00, "more")
    first = place(city)
    # The fee of later orders is another; this one's stays.
    dearer = Billing(
        SqlBillingStore(city.database), city.ledger, city.catalog, city.clock, creator_fee_ppm=500_000
    )  # fmt: skip
    again = dearer.creators.place(ROOT, M1, "o1", creator="c1", price_fen=2_000_00, note="n1")
    assert (again.duplicate, again.fee_fen) == (True, first.fee_fen)
    for change in ({"creator": "c2", "note": "n2"}, {"price_fen": 1}, {"note": None}):
        with pytest.raises(CreatorOrderTaken):
            place(city, **change)
    assert dearer.creators.place(ROOT, M1, "o2", creator="c1", price_fen=10).fee_fen == 5


def test_money_of_creators_orders_buys_no_click_and_money_of_clicks_orders_nobody(city: House) -> None:
    city.billing.top_up(ROOT, M1, "creator", 5_000_00, "k")
    city.billing.absorb([Logged(1, click(1))])
    charge = city.billing.charge_of("e-1")
    assert charge is not None
    assert charge.reason == "funds_missing"
    city.billing.top_up(ROOT, M2, "cid", 5_000_00, "k")
    with pytest.raises(FundsMissing):
        city.billing.creators.place(ROOT, M2, "o1", creator="c1", price_fen=1)


def test_what_creators_cost_is_told_by_day_and_the_true_cost_adds_the_days_up(city: House) -> None:
    days = []
    for number in range(2):
        city.billing.top_up(ROOT, M1, "creator", 1_100_00, f"k{number}")
        city.billing.creators.place(ROOT, M1, f"o{number}", creator="c1", note="n1", price_fen=1_000_00)
        city.billing.creators.release(ROOT, M1, f"o{number}")
        days.append(day_of(city.clock.now_ms()))
        city.clock.advance(DAY_MS)
    costs = city.billing.creators.costs(None, Window(*EVER))
    assert [(cost.day, cost.note, cost.price_fen, cost.fee_fen) for cost in costs] == [
        (day, "n1", 1_000_00, 100_00) for day in days
    ]
    (true,) = city.billing.creators.true_costs(ROOT, M1, *EVER)
    assert (true.creator_fen, true.fee_fen, true.total_fen) == (2_000_00, 200_00, 2_200_00)


def test_ids_of_any_length_have_their_accounts_and_no_two_share_one(city: House) -> None:
    owners = {creator_owner(CreatorId("c" * length)) for length in range(1, 65)}
    assert len(owners) == 64
    assert max(map(len, owners)) == 64
    merchant = city.catalog.add_merchant(city.tenant("t" * 64), name="长", id="m" * 64).id
    city.billing.top_up(ROOT, merchant, "creator", 2_200_00, "k")
    city.billing.creators.place(ROOT, merchant, "o" * 64, creator=LONG, price_fen=2_000_00)
    city.billing.creators.release(ROOT, merchant, "o" * 64)
    assert city.ledger.balance(earnings_of(CreatorId(LONG))) == 2_000_00
    (cost,) = city.billing.creators.costs(None, Window(*EVER))
    assert (cost.merchant, cost.note, cost.orders, cost.price_fen, cost.fee_fen) == (
        merchant,
        None,
        1,
        2_000_00,
        200_00,
    )
    assert city.ledger.verify().balanced


def test_merchants_order_for_themselves_and_the_house_ends_orders(city: House) -> None:
    mine = city.tenant("t3")
    merchant = city.catalog.add_merchant(mine, name="商家 3", id="m3").id
    city.billing.top_up(ROOT, merchant, "creator", 1_000_00, "k")
    order = city.billing.creators.place(mine, merchant, "o1", creator="c1", price_fen=100_00)
    assert order.tenant == "t3"
    for end in (city.billing.creators.cancel, city.billing.creators.release):
        with pytest.raises(NotAllowed):
            end(mine, merchant, "o1")
    finance, analyst = city.tenant("t4", Role.FINANCE), city.tenant("t5", Role.ANALYST)
    with pytest.raises(NotAllowed):
        city.billing.creators.place(analyst, merchant, "o2", creator="c1", price_fen=1)
    for look in (city.billing.creators.orders, city.billing.creators.wallet):
        with pytest.raises(NothingThere):
            look(finance, merchant)
    with pytest.raises(NothingThere):
        city.billing.creators.place(mine, M1, "o2", creator="c1", price_fen=1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"price_fen": 0}, CreatorOrderBeyond),
        ({"price_fen": -1}, CreatorOrderBeyond),
        ({"price_fen": True}, CreatorOrderBeyond),
        ({"price_fen": 1.5}, CreatorOrderBeyond),
        ({"price_fen": 10**10 + 1}, CreatorOrderBeyond),
        ({"creator": "c9"}, NothingThere),
        ({"creator": "一"}, IdMalformed),
        ({"note": "n9"}, NothingThere),
        ({"note": "n2"}, NoteNotTheirs),
        ({"id": "o/1"}, IdMalformed),
        ({"id": ""}, IdMalformed),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_freezes_nothing(change: dict[str, Any], error: type[Exception]) -> None:
    with house() as city:
        found(city)
        city.billing.top_up(ROOT, M1, "creator", 10**10, "k")
        with pytest.raises(error):
            place(city, **change)
        with pytest.raises(CreatorOrderUnknown):
            city.billing.creators.release(ROOT, M1, "o1")
        assert city.billing.creators.orders(ROOT, M1) == []
        assert city.billing.creators.wallet(ROOT, M1).frozen_fen == 0


@given(st.integers(1, 10**10), st.integers(0, 10**6))
def test_the_fee_is_within_half_a_fen_of_its_share(price_fen: int, rate_ppm: int) -> None:
    assert -500_000 < fee_of(price_fen, rate_ppm) * 10**6 - price_fen * rate_ppm <= 500_000


ACTS = st.lists(
    st.tuples(st.sampled_from(["place", "cancel", "release", "wait"]), st.integers(1, 3), st.integers(1, 3)),
    max_size=12,
)


@settings(max_examples=25)
@given(ACTS, st.sampled_from([0, 1, 100_000, 333_333, 1_000_000]))
def test_whatever_is_done_to_orders_every_fen_is_in_one_place(acts: list[tuple[str, int, int]], rate_ppm: int) -> None:
    with house() as city:
        found(city)
        billing = Billing(
            SqlBillingStore(city.database), city.ledger, city.catalog, city.clock, creator_fee_ppm=rate_ppm
        )
        billing.top_up(ROOT, M1, "creator", 40, "k")
        # The oracle: what each order is worth, and where it went first.
        worth: dict[int, tuple[int, int]] = {}
        went: dict[int, str] = {}
        for act, order, price in acts:
            try:
                if act == "wait":
                    city.clock.advance(HOUR_MS)
                elif act == "place":
                    placed = billing.creators.place(ROOT, M1, f"o{order}", creator="c1", price_fen=price * 7)
                    worth.setdefault(order, (placed.price_fen, placed.fee_fen))
                else:
                    getattr(billing.creators, act)(ROOT, M1, f"o{order}")
                    went.setdefault(order, act)
            except (FundsMissing, CreatorOrderTaken, CreatorOrderEnded, CreatorOrderUnknown):
                pass
        paid = [worth[order] for order, act in went.items() if act == "release"]
        frozen = sum(map(sum, (one for order, one in worth.items() if order not in went)))
        assert (city.ledger.balance(earnings_of(CreatorId("c1"))) or 0) == sum(price for price, _ in paid)
        assert (city.ledger.balance(platform_fees()) or 0) == sum(fee for _, fee in paid)
        wallet = billing.creators.wallet(ROOT, M1)
        assert (wallet.frozen_fen, wallet.balance_fen) == (frozen, 40 - frozen - sum(map(sum, paid)))
        costs = billing.creators.costs(None, Window(*EVER))
        assert sum(cost.price_fen + cost.fee_fen for cost in costs) == sum(map(sum, paid))
        assert city.ledger.verify().balanced


def click(number: int, **changes: object) -> Event:
    event = Event(
        event_id=f"e-{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=ALLIANCE_DAY + number,
        tenant="t1",
        merchant="m1",
        note="n1",
        link="l1",
        line="cid",
        impression=f"i-{number}",
        click_id=f"c-{number}",
        labelled=True,
        price_fen=100,
    )
    return msgspec.structs.replace(event, **changes)


def test_the_true_cost_of_a_note_is_its_creator_the_community_and_the_ads(city: House) -> None:
    city.billing.top_up(ROOT, M1, "creator", 10_000_00, "k")
    for line in ("cid", "ud"):
        city.billing.top_up(ROOT, M1, line, 1_000_00, line)
    place(city)
    place(city, "o2", price_fen=300_00)
    place(city, "o3", note=None, price_fen=50_00)
    place(city, "o4", price_fen=70_00)  # stays frozen, so it has cost nothing yet
    for order in ("o1", "o2", "o3"):
        city.billing.creators.release(ROOT, M1, order)
    events = [click(1), click(2, line="ud", price_fen=50), click(3, note="n2"), click(4, labelled=False)]
    city.billing.absorb([Logged(offset, event) for offset, event in enumerate(events, start=1)])

    def costs(from_ms: int, to_ms: int) -> dict[str | None, tuple[int, int, int, int]]:
        found: list[TrueCost] = list(city.billing.creators.true_costs(ROOT, M1, from_ms, to_ms))
        return {one.note: (one.creator_fen, one.fee_fen, one.ads_fen, one.total_fen) for one in found}

    assert costs(*EVER) == {
        "n1": (2_300_00, 230_00, 150, 2_531_50),
        "n2": (0, 0, 100, 100),
        None: (50_00, 5_00, 0, 55_00),
    }
    # The money was paid out at ten, the clicks came a moment later: each counts when it was.
    assert costs(ALLIANCE_DAY, ALLIANCE_DAY + 1) == {
        "n1": (2_300_00, 230_00, 0, 2_530_00),
        None: (50_00, 5_00, 0, 55_00),
    }
    assert costs(ALLIANCE_DAY + 1, ALLIANCE_DAY + 3) == {"n1": (0, 0, 150, 150)}
    assert city.billing.creators.true_costs(ROOT, M2, *EVER) == []
