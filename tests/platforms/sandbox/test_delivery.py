"""Delivery over a real loopback connection: batches, signatures, faults, outages, and a crash that loses nothing."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from hongmao.platforms.sandbox.shop import Delivery
from hongmao.platforms.sandbox.shop.posts import backoff_ms
from platforms.sandbox.receiver import Receiver
from platforms.sandbox.shopfront import SECRET, open_shop

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from platforms.sandbox.shopfront import Shopfront

MINUTE_MS = 60_000


def click(shop: Shopfront, count: int) -> None:
    """Come to the shop so many times by a click; each tells an open and a visit."""
    for n in range(count):
        shop.get(f"/item/item-1?hm_click=c-{n}")


def test_a_post_holds_a_hundred_rows_and_is_signed_over_its_raw_body(told: Shopfront, receiver: Receiver) -> None:
    click(told, 60)
    assert told.deliver() == 2
    assert [len(got.rows) for got in receiver.got] == [100, 20]
    assert [got.problem for got in receiver.got] == [None, None]
    assert {got.headers["X-Shop-Account"] for got in receiver.got} == {"account-1"}
    assert json.loads(receiver.got[0].body)["account"] == "account-1"
    assert told.deliver() == 0
    assert told.state() == {
        "orders": 0,
        "outbox_pending": 0,
        "outbox_due": 0,
        "delivered": 120,
        "refused": 0,
        "repeats_sent": 0,
        "garbage_sent": 0,
    }


def test_one_post_one_account(told: Shopfront, receiver: Receiver) -> None:
    told.register(receiver.url, "account-2", shops=["shop-2"])
    told.get("/item/item-1?hm_click=c-1")
    told.get("/item/item-9?hm_click=c-2")
    told.deliver()
    by_account = {got.headers["X-Shop-Account"]: {row["shop_id"] for row in got.rows} for got in receiver.got}
    assert by_account == {"account-1": {"shop-1"}, "account-2": {"shop-2"}}


def test_what_happened_before_an_account_was_registered_is_not_lost(shop: Shopfront, receiver: Receiver) -> None:
    click(shop, 1)
    assert shop.deliver() == 0
    assert shop.state()["outbox_due"] == 0
    shop.register(receiver.url)
    assert shop.state()["outbox_due"] == 2
    shop.deliver()
    assert receiver.told() == [("open", "v-0001"), ("visit", "v-0002")]


def test_late_events_come_late_and_with_their_own_time(told: Shopfront, receiver: Receiver) -> None:
    told.control("faults", {"late_ms": [10 * MINUTE_MS, 20 * MINUTE_MS]})
    happened_at = told.clock.now_ms()
    click(told, 5)
    told.clock.advance(10 * MINUTE_MS - 1)
    assert told.deliver() == 0
    told.clock.advance(10 * MINUTE_MS + 1)
    told.deliver()
    assert len(receiver.rows) == 10
    assert {row["occurred_at_ms"] for row in receiver.rows} == {happened_at}
    assert [got.problem for got in receiver.got] == [None]


def test_a_repeated_event_is_the_same_to_the_byte_and_comes_later(told: Shopfront, receiver: Receiver) -> None:
    told.control("faults", {"repeat_share": 1})
    click(told, 5)
    told.deliver()
    first = list(receiver.rows)
    told.deliver_all()
    assert Counter(map(json.dumps, receiver.rows)) == Counter({json.dumps(row): 2 for row in first})
    assert told.state()["repeats_sent"] == 10


def test_reordered_events_all_arrive_in_another_order(told: Shopfront, receiver: Receiver) -> None:
    told.control("faults", {"reorder_share": 0.5})
    click(told, 40)
    told.deliver_all()
    numbers = [number for _, number in receiver.told()]
    assert sorted(numbers) == [f"v-{n:04d}" for n in range(1, 81)]
    assert numbers != sorted(numbers)


def test_garbage_comes_beside_the_good_rows_and_none_of_those_is_lost(told: Shopfront, receiver: Receiver) -> None:
    told.control("faults", {"garbage_share": 1})
    click(told, 30)
    told.deliver_all()
    assert Counter(number for _, number in receiver.told()) == Counter(f"v-{n:04d}" for n in range(1, 61))
    state = told.state()
    assert (state["delivered"], state["refused"], state["garbage_sent"]) == (60, 0, 60)
    # Forged posts are well-formed and fail by their signature alone; unreadable ones are signed as they should be.
    problems = Counter(got.problem for got in receiver.got)
    assert problems["bad_signature"] > 0  # type: ignore[index]  # the enum's values are its strings
    told_of = Counter(post["part"] for post in told.control("deliveries")["deliveries"])
    assert told_of["bad_signature"] == problems["bad_signature"]  # type: ignore[index]
    assert told_of["not_json"] > 0


def test_a_shop_that_is_down_shows_nothing_and_sends_nothing(told: Shopfront, receiver: Receiver) -> None:
    click(told, 1)
    up_again = told.clock.now_ms() + 30 * MINUTE_MS
    told.control("faults", {"down_until_ms": up_again})
    closed = told.client.get("/item/item-1")
    assert (closed.status_code, "店铺暂时打不开" in closed.text) == (503, True)
    assert told.post("/checkout", items="item-1:1").json()["error"]["code"] == "sandbox_shop_closed"
    assert told.deliver() == 0
    assert (told.state()["outbox_pending"], told.state()["outbox_due"]) == (2, 0)
    told.clock.set(up_again)
    assert told.state()["outbox_due"] == 2
    told.deliver()
    assert len(receiver.rows) == 2
    assert told.client.get("/item/item-1").status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_an_unwell_platform_is_asked_again_after_a_pause(told: Shopfront, receiver: Receiver, status: int) -> None:
    receiver.answers = [status, status]
    click(told, 1)
    assert told.deliver() == 1
    assert told.state()["outbox_due"] == 0
    told.clock.advance(999)
    assert told.deliver() == 0
    told.clock.advance(1)
    assert told.deliver() == 1
    told.clock.advance(2_000)
    assert told.deliver() == 1
    assert (told.state()["outbox_pending"], told.state()["delivered"]) == (0, 2)
    # Each attempt is signed afresh: its own nonce, its own second.
    assert len({got.headers["X-Shop-Nonce"] for got in receiver.got}) == 3
    assert len({got.headers["X-Shop-Timestamp"] for got in receiver.got}) == 3
    assert len({got.body for got in receiver.got}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 302])
def test_a_refusal_is_final_and_stands_in_the_log(told: Shopfront, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    click(told, 1)
    told.deliver()
    told.clock.advance(MINUTE_MS)
    assert told.deliver() == 0
    assert (told.state()["outbox_pending"], told.state()["refused"]) == (0, 2)
    [post] = told.control("deliveries")["deliveries"]
    assert (post["status"], post["verdict"], post["rows"], post["detail"]) == (status, "refused", 2, "told to")


def test_a_platform_that_is_away_gets_everything_when_it_is_back(shop: Shopfront, clock: SetClock) -> None:
    with Receiver(secret=SECRET, clock=clock) as gone:
        shop.register(gone.url)
    click(shop, 3)
    for _ in range(4):
        shop.deliver()
        clock.advance(MINUTE_MS)
    assert shop.state()["outbox_pending"] == 6
    with Receiver(secret=SECRET, clock=clock) as back:
        shop.register(back.url)
        shop.deliver()
        assert len(back.rows) == 6


def test_a_post_that_always_fails_does_not_hold_up_the_others(told: Shopfront, receiver: Receiver) -> None:
    click(told, 50)
    receiver.answers = [500]
    told.deliver()
    click(told, 1)
    told.clock.advance(1_000)
    receiver.answers = [500]
    told.deliver()
    told.deliver_all()
    assert told.state()["delivered"] == 102


def test_the_pause_doubles_up_to_ten_minutes() -> None:
    assert [backoff_ms(failures) for failures in (0, 1, 2, 9, 10, 1_000)] == [
        1_000,
        2_000,
        4_000,
        512_000,
        600_000,
        600_000,
    ]


def test_a_signature_that_aged_on_the_way_is_made_anew(told: Shopfront, receiver: Receiver, clock: SetClock) -> None:
    # The city's clock runs on by an hour while the post is on its way.
    receiver.clock = _Ahead(clock)
    click(told, 1)
    told.deliver()
    assert [got.problem for got in receiver.got] == ["stale", None]
    assert told.state()["delivered"] == 2


class _Ahead:
    """Moves the shared clock once, at the moment a delivery arrives."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self._moved = False

    def now_ms(self) -> int:
        if not self._moved:
            self._moved = True
            self._clock.advance(60 * MINUTE_MS)
        return self._clock.now_ms()


def test_a_crash_between_commit_and_delivery_loses_nothing(tmp_path: Path, clock: SetClock, receiver: Receiver) -> None:
    # 10:00: she orders; the process dies before anything was sent. (A second book on the same file sees what a process
    # started after the crash would see: only what was committed.)
    with open_shop(tmp_path / "shop.sqlite", clock) as before:
        before.control("stock", {"shops": [{"shop_id": "s", "name": "s"}]})
        before.control("stock", {"items": [{"item_id": "i", "shop_id": "s", "title": "t", "price_fen": 100}]})
        before.register(receiver.url)
        before.get("/item/i?hm_click=c-1")
        before.do("/checkout", items="i:1")
        before.do("/order/o-1/pay")
        with open_shop(tmp_path / "shop.sqlite", clock) as after:
            assert after.state()["outbox_due"] == 4
            after.deliver()
            assert [kind for kind, _ in receiver.told()] == ["open", "visit", "order", "pay"]
            # Numbers go on where they stood.
            after.client.get("/item/i?hm_click=c-2")
            assert after.do("/checkout", items="i:1")["order_id"] == "o-2"


def test_a_crash_after_the_answer_was_on_its_way_sends_the_same_again(told: Shopfront, receiver: Receiver) -> None:
    click(told, 1)
    receiver.answers = [500]
    told.deliver()
    told.clock.advance(1_000)
    told.deliver()
    assert receiver.got[0].body == receiver.got[1].body


def test_the_worker_delivers_by_itself_and_stops_when_told(told: Shopfront, receiver: Receiver) -> None:
    worker = Delivery(db_path=told.db_path, clock=told.clock)
    worker.start()
    click(told, 1)
    worker.wake()
    assert receiver.arrived.wait(120)
    worker.stop()
    assert len(receiver.rows) == 2
    assert "sandbox-shop-delivery" not in {thread.name for thread in threading.enumerate()}


def test_a_worker_that_never_started_stops_as_well(tmp_path: Path, clock: SetClock) -> None:
    Delivery(db_path=tmp_path / "shop.sqlite", clock=clock).stop()
