"""The return desk, row by row: every outcome is a value with a reason, and is kept."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from hongmao.events.api import BACK_LINK, DESK, Kind, LogFull, check
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.returns.api import Delivered, Duplicate, QuarantineRecord
from returns.factories import NOW, House, body_of, pay, refund, visit


@pytest.fixture
def house() -> House:
    return House()


def test_an_order_comes_back_and_is_kept_with_merchant_shop_items_and_click(house: House) -> None:
    click = house.click()
    # 10:05: the reader has bought, the shop tells.
    house.clock.advance(5 * MINUTE_MS)
    assert house.deliver(visit(click_id=click), pay(click_id=click)) == [("accepted", None), ("accepted", None)]
    came, paid = house.of_kind(*BACK_LINK)
    assert (came.kind, came.new_visitor, came.ref) == (Kind.VISIT, True, "v-1")
    assert (paid.tenant, paid.merchant, paid.shop, paid.item) == ("tenant-1", "merchant-1", "shop-1", "shop-1-i1")
    assert (paid.pay_item, paid.order_id, paid.sub_order_id, paid.ref) == ("shop-1-i2", "o-1", "o-1-1", None)
    assert (paid.amount_fen, paid.source, paid.platform, paid.click_id) == (29_900, "sandbox", "sandbox", click)
    assert (paid.occurred_at_ms, paid.received_at_ms) == (NOW, house.clock.now_ms())


def test_every_event_the_desk_writes_passes_the_logs_own_rules(house: House) -> None:
    house.deliver(visit(), pay(click_id=house.click()), pay(amount_fen=-1), refund("1"), "no row at all", number=1)
    house.receive(b"not json", house.signed(b"not json"))
    house.receive(b"{}", {})
    for event in house.of_kind(*BACK_LINK, *DESK):
        assert check(event, now_ms=house.clock.now_ms()) == (), event


def test_PRIV_2_no_row_holds_a_reader_or_a_buyer(house: House) -> None:
    # A shop that sends who bought is not thanked: the field has no place to go.
    outcome = house.deliver(pay(buyer="b0017"), pay("o-2-1"))
    assert outcome == [("quarantined", "unknown_field"), ("unmatched", "no_click_id")]
    (event,) = house.of_kind(*BACK_LINK)
    assert event.reader is None
    assert "buyer" not in msgspec.json.encode(event).decode()


def test_a_presale_balance_is_kept_as_the_orders_whole_value(house: House) -> None:
    # 26 May: deposit 50. 18 June: balance 450. The order is worth 500, never 550.
    house.clock.set(NOW + 42 * DAY_MS)
    deposit = pay(type="presale_deposit", event_no="d", amount_fen=5_000, occurred_at_ms=NOW + 19 * DAY_MS)
    balance = pay(type="presale_balance", event_no="b", amount_fen=45_000, deposit_fen=5_000)
    house.deliver(deposit, {**balance, "occurred_at_ms": house.clock.now_ms()})
    paid = [(event.kind, event.amount_fen, event.deposit_fen) for event in house.of_kind(*BACK_LINK)]
    assert paid == [(Kind.PRESALE_DEPOSIT, 5_000, None), (Kind.PRESALE_BALANCE, 50_000, 5_000)]


def test_ABUSE_6_the_same_sub_order_twice_is_one_payment(house: House) -> None:
    house.deliver(pay())
    # Under another event number, from the same account: it is the same payment of the same sub-order.
    assert house.deliver(pay(event_no="p-again")) == [("duplicate", None)]
    assert len(house.of_kind(Kind.PAY)) == 1


def test_a_row_twice_in_one_delivery_is_kept_once(house: House) -> None:
    assert house.deliver(pay(), pay()) == [("unmatched", "no_click_id"), ("duplicate", None)]


def test_two_refunds_of_one_sub_order_are_two_and_a_repeat_of_one_is_none(house: House) -> None:
    house.deliver(refund("1"), refund("2"))
    assert house.deliver(refund("2"), refund("1"), refund("3"))[:2] == [("duplicate", None), ("duplicate", None)]
    assert [event.ref for event in house.of_kind(Kind.REFUND)] == ["1", "2", "3"]


def test_a_corrected_row_comes_again_with_a_higher_version_and_both_are_kept(house: House) -> None:
    house.deliver(pay(amount_fen=29_900))
    house.deliver(pay(amount_fen=19_900, version=2))
    assert [(event.version, event.amount_fen) for event in house.of_kind(Kind.PAY)] == [(1, 29_900), (2, 19_900)]


def test_a_repeat_that_says_something_else_is_a_duplicate_and_the_difference_stays_visible(house: House) -> None:
    house.deliver(pay(amount_fen=29_900))
    house.deliver(pay(amount_fen=1))
    first, second = (batch.rows[0] for batch in house.batches())
    assert first.event == second.event
    assert first.content != second.content


def test_orders_of_two_accounts_with_the_same_number_are_two(house: House) -> None:
    house.deliver(pay(), number=1)
    assert house.deliver(pay(shop_id="s2"), number=2) == [("unmatched", "no_click_id")]
    assert len(house.of_kind(Kind.PAY)) == 2


def test_a_row_more_than_a_day_late_is_flagged_and_counts(house: House) -> None:
    click = house.click()
    house.clock.advance(24 * HOUR_MS)
    assert house.deliver(pay(click_id=click)) == [("accepted", None)]
    house.clock.advance(1)
    assert house.deliver(pay("o-2-1", click_id=click)) == [("late", None)]
    assert len(house.of_kind(Kind.PAY)) == 2


def test_ATTR_10_late_data_is_taken_for_120_days_and_older_goes_to_quarantine(house: House) -> None:
    limit = NOW - 120 * DAY_MS
    rows = [pay(occurred_at_ms=limit, click_id=house.click()), pay("o-2-1", occurred_at_ms=limit - 1)]
    assert house.deliver(*rows) == [("late", None), ("quarantined", "too_old")]
    (kept,) = house.of_kind(Kind.RETURN_QUARANTINED)
    record = msgspec.json.decode(kept.detail or "", type=QuarantineRecord)
    assert record.reason == "too_old"
    assert record.place == "occurred_at_ms"
    assert msgspec.json.decode(record.raw)["sub_order_id"] == "o-2-1"


def test_ABUSE_6_a_row_from_the_future_goes_to_quarantine(house: House) -> None:
    limit = NOW + 10 * MINUTE_MS
    rows = [visit("v-1", occurred_at_ms=limit), visit("v-2", occurred_at_ms=limit + 1)]
    assert house.deliver(*rows) == [("unmatched", "no_click_id"), ("quarantined", "in_future")]


def test_a_row_that_was_kept_and_comes_again_too_late_is_still_a_duplicate(house: House) -> None:
    house.deliver(pay())
    house.clock.advance(121 * DAY_MS)
    assert house.deliver(pay()) == [("duplicate", None)]


def test_a_broken_row_never_spoils_a_good_one(house: House) -> None:
    broken = [None, "event", [visit()], {}, visit(type="teleport"), visit(item_id="'; DROP TABLE event; --")]
    outcomes = house.deliver(*broken, visit(), pay(amount_fen="299.00"), pay(amount_fen=-1), pay())
    assert [outcome for outcome, _ in outcomes] == ["quarantined"] * 6 + ["unmatched"] + ["quarantined"] * 2 + [
        "unmatched"
    ]
    assert len(house.of_kind(*BACK_LINK)) == 2
    assert len(house.of_kind(Kind.RETURN_QUARANTINED)) == 8


def test_a_shop_nobody_knows_and_a_shop_of_another_tenant_go_to_quarantine(house: House) -> None:
    assert house.deliver(visit(shop_id="s9"), visit(shop_id="s2")) == [("quarantined", "shop_unknown")] * 2


def test_an_item_nobody_knows_is_kept_under_the_shops_own_id(house: House) -> None:
    click = house.click()
    rows = [visit(item_id="i77", click_id=click), pay(pay_item_id="i78", click_id=click)]
    assert house.deliver(*rows) == [("accepted", "item_unknown")] * 2
    came, paid = house.of_kind(*BACK_LINK)
    assert (came.item, paid.item, paid.pay_item) == ("sandbox:i77", "shop-1-i1", "sandbox:i78")


def test_the_catalogue_is_asked_once_for_each_shop_and_item_of_a_delivery(house: House) -> None:
    house.deliver(*(visit(f"v-{n}") for n in range(500)))
    assert house.shelves.asked == 2


def test_the_record_of_a_delivery_says_what_became_of_each_row_and_the_counts_add_up(house: House) -> None:
    click = house.click()
    house.deliver(pay(click_id=click), pay(click_id=click), visit(), visit(shop_id="s9"))
    (batch,) = house.batches()
    assert batch.account == "account-1"
    assert batch.counts == {"accepted": 1, "duplicate": 1, "quarantined": 1, "unmatched": 1}
    assert [(row.outcome, row.reason, row.kind, row.sub_order_id) for row in batch.rows] == [
        ("accepted", None, "pay", "o-1-1"),
        ("duplicate", None, "pay", "o-1-1"),
        ("unmatched", "no_click_id", "visit", None),
        ("quarantined", "shop_unknown", "visit", None),
    ]
    kept = {event.event_id for event in house.log.kept}
    assert {row.event for row in batch.rows} <= kept


def test_an_empty_delivery_is_taken(house: House) -> None:
    assert house.deliver() == []
    assert house.batches()[0].counts == {}


def test_promise_1_nothing_is_answered_before_it_is_on_disk_and_all_of_it_goes_in_one_append(house: House) -> None:
    body = body_of([pay(), visit()])

    async def story() -> None:
        house.log.hold()
        asking = asyncio.ensure_future(house.desk.receive("sandbox", house.signed(body), body))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not asking.done()
        assert [len(events) for _, events in house.log.held or []] == [3]
        house.log.release()
        assert isinstance(await asking, Delivered)

    asyncio.run(story())


def test_a_full_log_keeps_nothing_and_the_shop_tries_again(house: House) -> None:
    body = body_of([pay()])
    house.log.full = True
    with pytest.raises(LogFull):
        house.receive(body, house.signed(body))
    house.log.full = False
    assert house.log.kept == []
    assert isinstance(house.receive(body, house.signed(body)), Delivered)


def test_two_deliveries_of_one_row_at_the_same_moment_keep_it_once_and_one_is_told(house: House) -> None:
    body = body_of([pay(click_id=house.click())])

    async def story() -> list[object]:
        house.log.hold()
        asking = [asyncio.ensure_future(house.desk.receive("sandbox", house.signed(body), body)) for _ in range(3)]
        for _ in range(10):
            await asyncio.sleep(0)
        house.log.release()
        return [answer.outcomes[0] for answer in await asyncio.gather(*asking) if isinstance(answer, Delivered)]

    assert sorted(type(outcome).__name__ for outcome in asyncio.run(story())) == ["Accepted", "Duplicate", "Duplicate"]
    counts = [batch.counts for batch in house.batches()]
    assert counts == [{"accepted": 1}, {"duplicate": 1}, {"duplicate": 1}]


def test_a_row_that_another_process_keeps_in_this_very_moment_is_a_duplicate(house: House) -> None:
    body = body_of([pay()])
    there = house.another_desk()

    async def story() -> tuple[object, object]:
        house.log.hold()
        here = asyncio.ensure_future(house.desk.receive("sandbox", house.signed(body), body))
        other = asyncio.ensure_future(there.receive("sandbox", house.signed(body), body))
        for _ in range(5):
            await asyncio.sleep(0)
        house.log.release()
        return await here, await other

    first, second = asyncio.run(story())
    assert isinstance(first, Delivered)
    assert isinstance(second, Delivered)
    assert isinstance(second.outcomes[0], Duplicate)
    assert len(house.of_kind(Kind.PAY)) == 1


def test_a_shop_that_hangs_up_does_not_undo_the_commit_nor_block_the_next(house: House) -> None:
    body = body_of([pay()])

    async def story() -> object:
        house.log.hold()
        asking = asyncio.ensure_future(house.desk.receive("sandbox", house.signed(body), body))
        waiting = asyncio.ensure_future(house.desk.receive("sandbox", house.signed(body), body))
        for _ in range(5):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.sleep(0)
        house.log.release()
        return await waiting

    answer = asyncio.run(story())
    assert isinstance(answer, Delivered)
    assert len(house.of_kind(Kind.PAY)) == 1
