"""What a client may take for acknowledged, and that an act sent again tells the same."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from hongmao.chaos.acts import Act, Delivery, Report, Tap
from hongmao.chaos.calling import Heard

if TYPE_CHECKING:
    from collections.abc import Mapping

MAY_7 = 1_746_590_400_000
CLICK = "c" * 30


def heard(status: int, *outcomes: Mapping[str, object], location: str = "") -> Heard:
    return Heard(status, location, json.dumps({"outcomes": list(outcomes)}).encode())


def test_a_tap_is_acknowledged_by_the_address_it_is_sent_to() -> None:
    tap = Tap("/j/link?i=imp&s=seal", "r_1")
    assert tap.ask(random.Random(1), MAY_7).path == "/j/link?i=imp&s=seal"
    assert tap.acked(heard(503)) == []
    assert tap.acked(heard(200, location=f"http://shop/item/1?hm_click={CLICK}")) == []
    assert not tap.done
    assert tap.acked(heard(302, location=f"http://shop/item/1?hm_click={CLICK}")) == [CLICK]
    assert tap.done


def test_events_are_acknowledged_one_by_one_and_all_are_sent_again() -> None:
    report, rng = Report(["e-1", "e-2", "e-3"], "r_1", MAY_7), random.Random(1)
    first = {"event_id": "e-1", "outcome": "accepted"}
    assert report.acked(heard(200, first, {"event_id": "e-2", "outcome": "rejected"})) == ["e-1"]
    assert not report.done
    assert report.acked(heard(422, {"event_id": "e-2", "outcome": "accepted"})) == []
    for _ in range(20):
        told = [event["event_id"] for event in json.loads(report.ask(rng, MAY_7).body)["events"]]
        assert set(told) == {"e-1", "e-2", "e-3"}
    assert report.acked(heard(200, *({"event_id": one, "outcome": "duplicate"} for one in ("e-2", "e-3")))) == [
        "e-2",
        "e-3",
    ]
    assert report.done


def test_orders_differ_and_sometimes_one_is_told_twice() -> None:
    report, rng = Report(["e-1", "e-2", "e-3"], "r_1", MAY_7), random.Random(1)
    sent = [json.loads(report.ask(rng, MAY_7).body)["events"] for _ in range(60)]
    assert len({tuple(event["event_id"] for event in events) for events in sent}) > 6
    assert {len(events) for events in sent} == {3, 4}


def test_a_shop_reads_its_rows_by_their_place_in_what_it_sent_last() -> None:
    delivery, rng = Delivery(["v-1", "v-2", "v-3"], "secret", MAY_7), random.Random(3)
    bodies = [json.loads(delivery.ask(rng, MAY_7).body)["events"] for _ in range(6)]
    assert len({tuple(row["event_no"] for row in rows) for rows in bodies}) > 1
    order = [row["event_no"] for row in bodies[-1]]
    assert delivery.acked(heard(200, {"index": 1, "outcome": "accepted"})) == [order[1]]
    assert not delivery.done
    rows = [{"index": n, "outcome": "unmatched"} for n in range(3)]
    assert delivery.acked(heard(200, *rows)) == order
    assert delivery.done


@pytest.mark.parametrize("status", [400, 401, 409, 422, 500, 503])
@pytest.mark.parametrize("act", [Report(["e-1"], "r", MAY_7), Delivery(["v-1"], "s", MAY_7), Tap("/j/l", "r")])
def test_no_refusal_acknowledges_anything(act: Act, status: int) -> None:
    act.ask(random.Random(1), MAY_7)
    assert act.acked(heard(status, {"index": 0, "event_id": "e-1", "outcome": "accepted"})) == []
    assert not act.done


def test_a_page_and_a_shop_stamp_what_they_send_by_their_own_right_clock() -> None:
    later = MAY_7 + 3_600_000
    report, delivery = Report(["e-1"], "r", MAY_7), Delivery(["v-1"], "s", MAY_7)
    (event,) = json.loads(report.ask(random.Random(2), later).body)["events"][:1]
    assert later - 120_000 <= event["occurred_at_ms"] <= later
    assert delivery.ask(random.Random(2), later).headers["x-shop-timestamp"] == str(later // 1_000)
