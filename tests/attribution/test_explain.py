"""Every order explains itself: what was looked at, what won, why, under each definition and window."""

from __future__ import annotations

from datetime import date

import pytest

from attribution.stage import REGISTRY, Stage, click, pay, shop
from hongmao.attribution.api import OrderNotSeen
from hongmao.events.contracts import Kind

STAGE = Stage(
    [
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-07 10:00", "c-2", note="note-2"),
        click("2025-05-07 10:30", "c-3", note="note-3", invalid="bot"),
        click("2025-05-07 12:00", "c-4", note="note-4"),
        pay("2025-05-07 11:00", "o-1-1", 29_900, "c-1"),
        pay("2025-05-07 11:00", "o-1-2", 10_000, None),
        shop(Kind.REFUND, "2025-05-09 11:00", "o-1-1", 9_900, ref="r-1"),
        pay("2025-05-07 11:00", "o-2-1", 500, "c-9"),
    ]
)


def test_each_candidate_says_why_it_won_or_lost() -> None:
    order = STAGE.attribution.explain("o-1")
    first, second = order.sub_orders
    assert (first.sub_order_id, second.sub_order_id) == ("o-1-1", "o-1-2")
    seen = {
        (verdict.definition.id, verdict.window): [
            (one.touch.click_id, one.reason, one.won) for one in verdict.candidates
        ]
        for verdict in first.verdicts
    }
    in_force = [one.id for one in REGISTRY.attributions(date(2025, 5, 7))]
    assert sorted(seen) == sorted((name, window) for name in in_force for window in ("24h", "7d", "15d", "30d"))
    assert seen["last_click", "24h"] == [
        ("c-4", "after_conversion", False),
        ("c-3", "click_invalid", False),
        ("c-2", "last_in_window", True),
        ("c-1", "outside_window", False),
    ]
    assert seen["last_click", "15d"][-1] == ("c-1", "later_touch_won", False)
    assert seen["first_click", "15d"][2:] == [("c-2", "earlier_touch_won", False), ("c-1", "first_in_window", True)]


def test_a_verdict_carries_its_entries_and_the_click_that_came_back() -> None:
    first, second = STAGE.attribution.explain("o-1", tenant="ten-1").sub_orders
    verdict = next(one for one in first.verdicts if (one.definition.id, one.window) == ("last_click", "30d"))
    assert verdict.winner is not None
    assert verdict.winner.note == "note-2"
    assert verdict.reason == "last_in_window"
    assert [one.touch.click_id for one in verdict.candidates if one.own] == ["c-1"]
    assert [(one.entry, one.value_fen, one.event_day) for one in verdict.entries] == [
        ("pay", 29_900, date(2025, 5, 7)),
        ("refund", -9_900, date(2025, 5, 9)),
    ]
    assert {(one.reason, one.winner, one.candidates) for one in second.verdicts} == {("no_click_id", None, ())}


def test_explain_says_what_the_published_rows_say() -> None:
    published = {
        (row["definition_id"], row["window"], row["sub_order_id"]): (row["touch_event_id"], row["reason"])
        for row in STAGE.table().to_pylist()
        if row["entry"] == "pay" and row["order_id"] == "o-1"
    }
    explained = {
        (verdict.definition.id, verdict.window, sub_order.sub_order_id): (
            verdict.winner.event_id if verdict.winner else None,
            None if verdict.winner else verdict.reason,
        )
        for sub_order in STAGE.attribution.explain("o-1").sub_orders
        for verdict in sub_order.verdicts
    }
    assert explained == published


@pytest.mark.parametrize(("order", "tenant"), [("o-9", None), ("o-1", "ten-2"), ("'; drop table events; --", None)])
def test_an_order_nobody_may_see_is_an_order_that_is_not(order: str, tenant: str | None) -> None:
    with pytest.raises(OrderNotSeen):
        STAGE.attribution.explain(order, tenant=tenant)


def test_the_same_number_in_two_shops_is_two_sub_orders() -> None:
    theirs = pay("2025-05-08 11:00", "o-1-1", 100, None, tenant="ten-2", merchant="mer-2", shop="shop-2", version=2)
    stage = Stage([click("2025-05-07 10:00", "c-1"), pay("2025-05-07 11:00", "o-1-1", 29_900, "c-1"), theirs])
    for tenant, paid, winner in (("ten-1", 29_900, "c-1"), ("ten-2", 100, None)):
        (one,) = stage.attribution.explain("o-1", tenant=tenant).sub_orders
        verdict = one.verdicts[-1]
        assert [entry.value_fen for entry in verdict.entries] == [paid]
        assert (verdict.winner.click_id if verdict.winner else None) == winner
    assert len(stage.attribution.explain("o-1").sub_orders) == 2


def test_an_order_known_only_by_its_refund_is_explained_too() -> None:
    order = Stage([shop(Kind.REFUND, "2025-05-09 11:00", "o-1-1", 9_900, ref="r-1")]).attribution.explain("o-1")
    assert {verdict.reason for verdict in order.sub_orders[0].verdicts} == {"refund_without_payment"}
