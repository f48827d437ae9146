"""What a merchant would check by hand, told with dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from attribution.stage import REGISTRY, Stage, at, click, pay, shop
from hongmao.attribution.api import reason_in_words
from hongmao.events.contracts import Kind
from hongmao.kernel.time import HOUR_MS

IN_FORCE = [one.id for one in REGISTRY.attributions(date(2025, 5, 7))]


def total(rows: list[dict[str, Any]], key: str, *, entry: str | None = None) -> dict[Any, int]:
    """Add up value by a column, as a report does."""
    sums: dict[Any, int] = {}
    for row in rows:
        if entry in (None, row["entry"]):
            sums[row[key]] = sums.get(row[key], 0) + row["value_fen"]
    return sums


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1, rows
    return rows[0]


def test_paid_299_refunded_99_is_gross_299_net_200() -> None:
    # 7 May: she reads the note, jumps and pays; 9 May: she sends one of two back.
    stage = Stage(
        [
            click("2025-05-07 10:02", "c-1"),
            pay("2025-05-07 10:20", "o-1-1", 29_900, "c-1"),
            shop(Kind.REFUND, "2025-05-09 12:00", "o-1-1", 9_900, ref="r-1"),
        ]
    )
    rows = stage.credits()
    assert [(row["entry"], row["value_fen"], row["credit_millionths"]) for row in rows] == [
        ("pay", 29_900, 1_000_000),
        ("refund", -9_900, 0),
    ]
    assert {row["note"] for row in rows} == {"note-1"}
    # The billing view restates the click's day; the event view books each entry on its own.
    assert total(rows, "billing_day") == {date(2025, 5, 7): 20_000}
    assert total(rows, "event_day") == {date(2025, 5, 7): 29_900, date(2025, 5, 9): -9_900}


def test_article_row_2_a_presale_is_500_in_both_views_and_never_550() -> None:
    # 26 May: deposit of 50 after a click; 18 June: the balance, which brings the whole value of 500.
    stage = Stage(
        [
            click("2025-05-26 09:00", "c-1"),
            shop(Kind.PRESALE_DEPOSIT, "2025-05-26 09:30", "o-2-1", 5_000, click_id="c-1"),
            shop(Kind.PRESALE_BALANCE, "2025-06-18 00:05", "o-2-1", 50_000, click_id="c-1", deposit_fen=5_000),
        ]
    )
    # 18 June is 22 days after the click, but the window is judged at the deposit: even 24 h holds it.
    for window in ("24h", "7d", "15d", "30d"):
        row = only(stage.credits(window=window))
        assert (row["billing_day"], row["event_day"]) == (date(2025, 5, 26), date(2025, 6, 18))
        assert (row["value_fen"], row["flags"]) == (50_000, "presale")
        assert row["conversion_at_ms"] == at("2025-05-26 09:30")


def test_a_deposit_alone_is_no_conversion() -> None:
    deposit = shop(Kind.PRESALE_DEPOSIT, "2025-05-26 09:30", "o-2-1", 5_000, click_id="c-1")
    assert Stage([click("2025-05-26 09:00", "c-1"), deposit]).credits() == []


def test_ATTR_1_a_click_at_ten_with_7d_closes_at_ten() -> None:
    events = [click("2025-05-01 10:00", "c-1")]
    for number, when in enumerate((at("2025-05-08 10:00") - 1, at("2025-05-08 10:00"))):
        events.append(pay(when, f"o-{number}-1", 100, "c-1"))
    stage = Stage(events)
    assert [row["reason"] for row in stage.credits(window="7d")] == [None, "outside_window"]
    assert [row["reason"] for row in stage.credits(window="15d")] == [None, None]


def test_a_click_at_the_very_instant_of_the_payment_counts_and_a_later_one_does_not() -> None:
    paid = at("2025-05-07 12:00")
    stage = Stage([click(paid, "c-1"), click(paid + 1, "c-2"), pay(paid, "o-1-1", 100, "c-2")])
    assert only(stage.credits())["note"] == "note-1"
    assert only(stage.credits())["touch_at_ms"] == paid


def test_ATTR_3_the_last_click_of_the_reader_in_the_shop_wins_whatever_id_came_back() -> None:
    # She jumped from note-1 and later from note-2; the shop's cookie still held the first click id.
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-1"),
            click("2025-05-07 18:00", "c-2", note="note-2"),
            click("2025-05-07 19:00", "c-3", note="note-3", shop="shop-2"),  # another shop's link is no rival
            click("2025-05-07 19:30", "c-4", note="note-4", reader="rdr-2"),  # nor is another reader's click
            pay("2025-05-07 20:00", "o-1-1", 100, "c-1"),
        ]
    )
    assert only(stage.credits("last_click"))["note"] == "note-2"
    assert only(stage.credits("first_click"))["note"] == "note-1"


def test_ATTR_3_in_the_same_second_the_higher_event_id_wins() -> None:
    second = at("2025-05-07 10:00")
    stage = Stage(
        [
            click(second + 900, "c-1", note="note-1", event_id="evt_1"),
            click(second + 100, "c-2", note="note-2", event_id="evt_2"),
            pay("2025-05-07 11:00", "o-1-1", 100, "c-1"),
        ]
    )
    assert only(stage.credits("last_click"))["note"] == "note-2"
    assert only(stage.credits("first_click"))["note"] == "note-1"


def test_ATTR_4_a_sub_order_counts_once_and_the_second_claim_is_kept_at_nothing() -> None:
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-1"),
            pay("2025-05-07 11:00", "o-1-1", 100, "c-1", ref="n-1", event_id="evt_a"),
            pay("2025-05-07 11:01", "o-1-1", 100, "c-1", ref="n-2", event_id="evt_b"),
        ]
    )
    rows = stage.credits()
    assert {row["event_id"]: (row["value_fen"], row["credit_millionths"], row["reason"]) for row in rows} == {
        "evt_a": (0, 0, "duplicate_sub_order"),
        "evt_b": (100, 1_000_000, None),
    }


def test_a_corrected_row_replaces_the_one_before_whenever_it_arrives() -> None:
    first = pay("2025-05-07 11:00", "o-1-1", 10_000, "c-1")
    second = pay("2025-05-07 11:00", "o-1-1", 9_000, "c-1", version=2)
    for arrival in ([first, second], [second, first]):
        assert only(Stage([click("2025-05-07 10:00", "c-1"), *arrival]).credits())["value_fen"] == 9_000


@pytest.mark.parametrize(
    ("click_id", "reason"),
    [
        (None, "no_click_id"),
        ("", "no_click_id"),
        ("forged", "click_unknown"),
        ("c-bot", "click_invalid"),
        ("c-old", "outside_window"),
    ],
)
def test_conversions_are_never_dropped(click_id: str | None, reason: str) -> None:
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-bot", invalid="bot", reader="rdr-bot"),
            click("2025-01-07 10:00", "c-old", reader="rdr-old"),
            pay("2025-05-07 11:00", "o-1-1", 700, click_id),
            shop(Kind.REFUND, "2025-05-08 11:00", "o-1-1", 200, ref="r-1"),
        ]
    )
    paid, refunded = stage.credits()
    assert (paid["reason"], paid["note"], paid["billing_day"]) == (reason, None, None)
    assert (paid["value_fen"], paid["credit_millionths"], paid["merchant"]) == (700, 1_000_000, "mer-1")
    assert (refunded["reason"], refunded["value_fen"]) == (reason, -200)
    for lang in ("zh", "en"):
        assert reason_in_words(reason, lang) != reason


def test_an_invalid_click_leaves_the_order_to_a_valid_one_of_the_same_reader() -> None:
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-1"),
            click("2025-05-07 10:01", "c-2", note="note-2", invalid="repeat"),
            pay("2025-05-07 11:00", "o-1-1", 100, "c-2"),
        ]
    )
    assert only(stage.credits())["note"] == "note-1"


def test_an_order_that_brings_back_another_merchants_click_is_credited_to_nobody() -> None:
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-1"),
            pay("2025-05-07 11:00", "o-1-1", 100, "c-1", tenant="ten-2", merchant="mer-2"),
        ]
    )
    row = only(stage.credits())
    assert (row["reason"], row["note"], row["tenant"], row["merchant"]) == ("other_tenant", None, "ten-2", "mer-2")


def test_promise_9_another_tenant_can_neither_correct_nor_refund_nor_hide_an_order() -> None:
    mine = [click("2025-05-07 10:00", "c-1"), pay("2025-05-07 11:00", "o-1-1", 29_900, "c-1")]
    # 8 May: somebody else's shop sends the same sub-order number, as a correction, a deposit and a refund.
    other = {"tenant": "ten-2", "merchant": "mer-2", "shop": "shop-2"}
    theirs = [
        pay("2025-05-08 11:00", "o-1-1", 100, None, version=2, **other),
        shop(Kind.PRESALE_DEPOSIT, "2025-05-08 11:00", "o-1-1", 1, **other),
        shop(Kind.REFUND, "2025-05-08 12:00", "o-1-1", 29_900, ref="r-9", **other),
    ]
    untouched = Stage(mine).credits()
    beside = [row for row in Stage([*theirs, *mine]).credits() if row["tenant"] == only(untouched)["tenant"]]
    assert beside == untouched


def test_several_partial_refunds_and_one_too_many() -> None:
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-1"),
            pay("2025-05-07 11:00", "o-1-1", 1_000, "c-1"),
            shop(Kind.REFUND, "2025-05-08 11:00", "o-1-1", 600, ref="r-1"),
            shop(Kind.REFUND, "2025-05-09 11:00", "o-1-1", 400, ref="r-2"),
            shop(Kind.REFUND, "2025-05-10 11:00", "o-1-1", 1, ref="r-3"),
        ]
    )
    rows = stage.credits()
    assert [(row["ref"], row["flags"]) for row in rows[1:]] == [("r-1", ""), ("r-2", ""), ("r-3", "over_refunded")]
    assert sum(row["value_fen"] for row in rows) == -1


def test_a_refund_without_a_payment_says_so() -> None:
    row = only(Stage([shop(Kind.REFUND, "2025-05-08 11:00", "o-1-1", 600, ref="r-1")]).credits())
    assert (row["reason"], row["value_fen"], row["conversion_at_ms"]) == ("refund_without_payment", -600, None)


def test_ATTR_7_an_unknown_amount_stays_unknown() -> None:
    row = only(Stage([click("2025-05-07 10:00", "c-1"), pay("2025-05-07 11:00", "o-1-1", None, "c-1")]).credits())
    assert (row["value_fen"], row["credit_millionths"], row["flags"]) == (None, 1_000_000, "amount_unknown")


def test_the_shanghai_day_turns_at_sixteen_hours_utc() -> None:
    midnight = at("2025-05-08T00:00:00+08:00")
    stage = Stage(
        [
            click(midnight - 1, "c-1"),
            pay(midnight, "o-1-1", 100, "c-1"),
            click(midnight, "c-2", reader="rdr-2"),
            pay(midnight + 1, "o-2-1", 100, "c-2"),
        ]
    )
    assert [(row["billing_day"], row["event_day"]) for row in stage.credits()] == [
        (date(2025, 5, 7), date(2025, 5, 8)),
        (date(2025, 5, 8), date(2025, 5, 8)),
    ]


def test_every_definition_and_window_is_computed_at_once() -> None:
    stage = Stage([click("2025-05-07 10:00", "c-1"), pay(at("2025-05-07 10:00") + 24 * HOUR_MS, "o-1-1", 100, "c-1")])
    summary = stage.attribution.run()
    rows = stage.published["credits"].to_pylist()
    assert [(row["definition_id"], row["window"], row["reason"]) for row in rows] == [
        (definition, window, "outside_window" if window == "24h" else None)
        for definition in IN_FORCE
        for window in ("24h", "7d", "15d", "30d")
    ]
    assert (summary.tally.rows, summary.tally.conversions, summary.tally.refunds) == (4 * len(IN_FORCE), 1, 0)
    assert summary.tally.unattributed == {"outside_window": len(IN_FORCE)}
    assert summary.on == date(2025, 5, 8)
    assert [ref.id for ref in summary.definitions] == IN_FORCE


def test_before_anything_has_happened_an_empty_table_is_published() -> None:
    stage = Stage([])
    assert stage.attribution.run().on is None
    assert stage.published["credits"].num_rows == 0
    assert "value_fen" in stage.published["credits"].column_names
