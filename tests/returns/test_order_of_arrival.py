"""Promise 2: order, repetition and batching of the same rows change nothing in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.api import Event, Kind
from returns.factories import House, Wire, pay, refund, visit

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS: list[object] = [
    visit("v-1"),
    visit("v-2", type="open"),
    visit("v-3", type="cart"),
    visit("v-4", type="favourite"),
    visit("v-5", type="follow"),
    pay("o-1-1", type="order", event_no="o-1"),
    pay("o-1-1"),
    pay("o-1-1", version=2, amount_fen=19_900),
    pay("o-1-2"),
    pay("o-1-1", type="receive", event_no="c-1"),
    refund("1"),
    refund("2"),
    pay("o-2-1", type="presale_deposit", amount_fen=5_000),
    pay("o-2-1", type="presale_balance", event_no="b-1", amount_fen=45_000, deposit_fen=5_000),
    pay("o-3-1", amount_fen=-1),
    pay("o-4-1", occurred_at_ms=0),
    visit("v-6", shop_id="s9"),
    "no row",
]
DELIVERIES = st.lists(st.lists(st.integers(0, len(ROWS) - 1), max_size=8), max_size=8)


def row(index: int, click: str) -> object:
    found = ROWS[index]
    return {**found, "click_id": click} if isinstance(found, dict) and index % 3 else found


def told(deliveries: Sequence[Sequence[int]]) -> tuple[set[Event], House, int]:
    """Deliver, then add whatever was left out, so that every order tells the same in the end."""
    house = House()
    click = house.click()
    missing = sorted(set(range(len(ROWS))) - {index for delivery in deliveries for index in delivery})
    rows = 0
    for delivery in (*deliveries, missing):
        house.deliver(*(row(index, click) for index in delivery))
        rows += len(delivery)
    events = {event for event in house.log.kept if event.kind is not Kind.RETURN_BATCH}
    return events, house, rows


@given(DELIVERIES)
def test_promise_2_any_order_repetition_and_batching_gives_the_same_log(deliveries: list[list[int]]) -> None:
    events, house, rows = told(deliveries)
    expected, _, _ = told([list(range(len(ROWS)))])
    assert events == expected
    counted = sum(sum(batch.counts.values()) for batch in house.batches())
    assert counted == rows == sum(len(batch.rows) for batch in house.batches())


@given(DELIVERIES)
def test_promise_3_an_obvious_oracle_agrees_on_what_is_kept(deliveries: list[list[int]]) -> None:
    """Ten obvious lines: a row is kept once per account, sub-order or event number, type, refund and version."""
    _, house, _ = told(deliveries)
    keys = set()
    for found in ROWS:
        if not isinstance(found, dict) or found["shop_id"] == "s9" or found["occurred_at_ms"] == 0:
            continue
        wire: Wire = found
        if wire.get("amount_fen") != -1:
            which = wire.get("sub_order_id") or wire["event_no"]
            keys.add((which, wire["type"], wire.get("refund_id"), wire["version"]))
    kept = [event for event in house.log.kept if event.event_id.startswith("ret:")]
    assert len(kept) == len(keys)
