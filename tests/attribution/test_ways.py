"""More than one touch on the way, more than one way to an order: what each definition in force makes of it, with dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from attribution.stage import REGISTRY, Stage, act, at, click, pay, shop
from hongmao.attribution.api import Attribution, reason_in_words
from hongmao.attribution.errors import (
    KindNotCredited,
    KindUnknown,
    ModelNotOfThePlatform,
    ModelUnknown,
    ParameterRefused,
)
from hongmao.definitions.api import Registry
from hongmao.engines.attribution.duckdb_engine import DuckDbCredits
from hongmao.events.contracts import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.definitions.api import AttributionDefinition
    from hongmao.events.contracts import Event
    from hongmao.kernel.errors import HongmaoError

SHARED = ("linear_click", "position_click", "decay_click")


def notes(rows: Sequence[dict[str, Any]], key: str = "credit_millionths", entry: str = "pay") -> dict[Any, int]:
    """Add up a column by note."""
    sums: dict[Any, int] = {}
    for row in rows:
        if row["entry"] == entry:
            sums[row["note"]] = sums.get(row["note"], 0) + row[key]
    return sums


def under(definition: AttributionDefinition, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Credit events under one definition that is not in force."""
    stage = Stage(events)
    Attribution(DuckDbCredits(stage, stage), Registry((definition,))).run(on=definition.effective)
    rows: list[dict[str, Any]] = stage.published["credits"].to_pylist()
    return rows


THREE_NOTES = [
    # 1 May: she taps note-1. 5 May: note-2. 7 May 10:00: note-3, and buys for 100.00 an hour later.
    click("2025-05-01 11:00", "c-1"),
    click("2025-05-05 11:00", "c-2", note="note-2"),
    click("2025-05-07 10:00", "c-3", note="note-3"),
    pay("2025-05-07 11:00", "o-1-1", 10_000, "c-3"),
    # 9 May: 33.33 go back.
    shop(Kind.REFUND, "2025-05-09 11:00", "o-1-1", 3_333, ref="r-1"),
]


@pytest.mark.parametrize(
    ("definition", "millionths", "paid", "back"),
    [
        ("last_click", {"note-3": 1_000_000}, {"note-3": 10_000}, {"note-3": -3_333}),
        ("first_click", {"note-1": 1_000_000}, {"note-1": 10_000}, {"note-1": -3_333}),
        # Three equal parts: of equal remainders the later touch gets the unit.
        (
            "linear_click",
            {"note-1": 333_333, "note-2": 333_333, "note-3": 333_334},
            {"note-1": 3_333, "note-2": 3_333, "note-3": 3_334},
            {"note-1": -1_111, "note-2": -1_111, "note-3": -1_111},
        ),
        (
            "position_click",
            {"note-1": 400_000, "note-2": 200_000, "note-3": 400_000},
            {"note-1": 4_000, "note-2": 2_000, "note-3": 4_000},
            {"note-1": -1_333, "note-2": -667, "note-3": -1_333},
        ),
    ],
)
def test_three_notes_on_the_way_share_the_order_and_its_refund_by_the_same_parts(
    definition: str, millionths: dict[str, int], paid: dict[str, int], back: dict[str, int]
) -> None:
    rows = Stage(THREE_NOTES).credits(definition)
    assert notes(rows) == millionths
    assert notes(rows, "value_fen") == paid
    assert notes(rows, "value_fen", "refund") == back


def test_an_hour_two_days_and_six_days_weigh_by_a_half_life_of_a_week() -> None:
    # 0.5^(1/168), 0.5^(48/168), 0.5^(144/168), over their sum: by hand .419, .346, .233 or so.
    parts = notes(Stage(THREE_NOTES).credits("decay_click"))
    weights = [0.5 ** (hours / 168) for hours in (144, 48, 1)]
    for note, weight in zip(("note-1", "note-2", "note-3"), weights, strict=True):
        assert abs(parts[note] - 1_000_000 * weight / sum(weights)) < 1
    assert sum(parts.values()) == 1_000_000


def test_each_window_sees_its_own_touches() -> None:
    windows = {
        window: notes(Stage(THREE_NOTES).credits("linear_click", window)) for window in ("24h", "7d", "15d", "30d")
    }
    assert windows["24h"] == {"note-3": 1_000_000}
    assert windows["7d"] == windows["30d"] == {"note-1": 333_333, "note-2": 333_333, "note-3": 333_334}


def test_ATTR_5_a_refund_moves_every_touchs_day_by_billing_and_its_own_day_by_event_time() -> None:
    rows = Stage(THREE_NOTES).credits("linear_click")
    by_billing: dict[date, int] = {}
    by_event: dict[date, int] = {}
    for row in rows:
        by_billing[row["billing_day"]] = by_billing.get(row["billing_day"], 0) + row["value_fen"]
        by_event[row["event_day"]] = by_event.get(row["event_day"], 0) + row["value_fen"]
    assert by_billing == {date(2025, 5, 1): 2_222, date(2025, 5, 5): 2_222, date(2025, 5, 7): 2_223}
    assert by_event == {date(2025, 5, 7): 10_000, date(2025, 5, 9): -3_333}


def test_a_payment_of_one_fen_goes_to_the_latest_of_equals_and_no_fen_is_made_or_lost() -> None:
    events = [click(f"2025-05-0{day} 10:00", f"c-{day}", note=f"note-{day}") for day in (1, 2, 3)]
    stage = Stage(
        [*events, pay("2025-05-03 11:00", "o-1-1", 1, "c-1"), pay("2025-05-03 11:00", "o-2-1", 10**15, "c-1")]
    )
    rows = stage.credits("linear_click")
    one = [row for row in rows if row["order_id"] == "o-1"]
    assert notes(one, "value_fen") == {"note-1": 0, "note-2": 0, "note-3": 1}
    assert sum(row["value_fen"] for row in rows if row["order_id"] == "o-2") == 10**15


def test_an_order_that_was_refunded_before_it_was_paid_for_is_shared_alike_whichever_came_first() -> None:
    events = [*THREE_NOTES[:3], shop(Kind.REFUND, "2025-05-06 11:00", "o-1-1", 3_000, ref="r-1"), THREE_NOTES[3]]
    for arrival in (events, events[::-1]):
        rows = Stage(arrival).credits("linear_click")
        assert notes(rows, "value_fen", "refund") == {"note-1": -1_000, "note-2": -1_000, "note-3": -1_000}
        assert {row["event_day"] for row in rows if row["entry"] == "refund"} == {date(2025, 5, 6)}


def test_three_partial_refunds_of_which_the_last_is_too_much_say_so_on_every_part() -> None:
    back = [shop(Kind.REFUND, f"2025-05-{10 + n} 11:00", "o-1-1", 4_000, ref=f"r-{n}") for n in range(3)]
    rows = [row for row in Stage([*THREE_NOTES[:4], *back]).credits("linear_click") if row["entry"] == "refund"]
    flagged = {row["ref"]: row["flags"] for row in rows}
    assert flagged == {"r-0": "", "r-1": "", "r-2": "over_refunded"}
    assert sum(row["value_fen"] for row in rows) == -12_000


def test_two_orders_of_one_reader_are_each_shared_in_full() -> None:
    stage = Stage([*THREE_NOTES[:4], pay("2025-05-08 11:00", "o-2-1", 500, "c-3")])
    for definition in (*SHARED, "last_click"):
        orders: dict[str, int] = {}
        for row in stage.credits(definition):
            orders[row["order_id"]] = orders.get(row["order_id"], 0) + row["credit_millionths"]
        assert orders == {"o-1": 1_000_000, "o-2": 1_000_000}


def test_ATTR_2_in_the_video_feed_the_window_opens_at_the_impression_and_five_seconds_are_a_click() -> None:
    # 1 May 10:00: a video is shown. 10:00:05: she has watched 5 s. 2 May 10:00: a day later to the instant, she buys.
    video: dict[str, Any] = {"impression": "imp-1", "placement": "video_feed", "note": "note-2"}
    events = [
        act(Kind.IMPRESSION, "2025-05-01 10:00", **video),
        act(Kind.PLAY_5S, "2025-05-01T10:00:05+08:00", **video),
        click("2025-04-30 09:00", "c-1"),
        pay("2025-05-02 10:00", "o-1-1", 100, "c-1"),
    ]
    stage = Stage(events)
    (row,) = stage.credits("linear_click", "24h")
    assert row["reason"] == "outside_window"
    week = stage.credits("linear_click", "7d")
    assert notes(week) == {"note-1": 500_000, "note-2": 500_000}
    viewed = next(row for row in week if row["note"] == "note-2")
    assert (viewed["touch_kind"], viewed["touch_at_ms"]) == ("play_5s", at("2025-05-01 10:00"))
    # In any other placement 5 s are no click.
    elsewhere = [msgspec.structs.replace(one, placement="feed") if one.impression else one for one in events]
    assert notes(Stage(elsewhere).credits("linear_click", "7d")) == {"note-1": 1_000_000}


def test_one_showing_counts_by_its_deepest_act() -> None:
    # She taps the card of note-2, reads, and jumps: one touch of note-2, not two.
    shown: dict[str, Any] = {"impression": "imp-2", "note": "note-2"}
    stage = Stage(
        [
            click("2025-05-07 09:00", "c-1"),
            act(Kind.CLICK, "2025-05-07 10:00", **shown),
            click("2025-05-07 10:01", "c-2", **shown),
            pay("2025-05-07 11:00", "o-1-1", 1_000, "c-2"),
        ]
    )
    assert notes(stage.credits("linear_click")) == {"note-1": 500_000, "note-2": 500_000}
    told = stage.attribution.explain("o-1").sub_orders[0]
    verdict = next(one for one in told.verdicts if (one.definition.id, one.window) == ("linear_click", "7d"))
    assert [(one.touch.kind, one.reason) for one in verdict.candidates] == [
        ("component_click", "shared_evenly"),
        ("click", "deeper_act"),
        ("component_click", "shared_evenly"),
    ]


def test_a_view_counts_for_a_day_and_stands_beside_last_click_never_in_its_place() -> None:
    # 1 May: she taps note-1. 3 May 10:00: note-2 is shown to her. 4 May: she buys, at 09:59 or at 10:00.
    for clock, viewed in (("09:59", "note-2"), ("10:00", "note-1")):
        stage = Stage(
            [
                click("2025-05-01 10:00", "c-1"),
                act(Kind.IMPRESSION, "2025-05-03 10:00", note="note-2"),
                pay(f"2025-05-04 {clock}", "o-1-1", 100, "c-1"),
            ]
        )
        assert notes(stage.credits("view_through", "7d")) == {viewed: 1_000_000}
        assert notes(stage.credits("last_click", "7d")) == {"note-1": 1_000_000}
    told = stage.attribution.explain("o-1").sub_orders[0]
    verdict = next(one for one in told.verdicts if (one.definition.id, one.window) == ("view_through", "7d"))
    assert [(one.touch.note, one.reason) for one in verdict.candidates] == [
        ("note-2", "kind_window_closed"),
        ("note-1", "last_in_window"),
    ]


def test_an_organic_read_never_takes_an_order_from_an_ad_and_takes_what_nobody_paid_for_once() -> None:
    # 1 May: she taps note-1's ad. 6 May: she reads note-1 again, in the feed, where nobody paid for it.
    events = [
        click("2025-05-01 10:00", "c-1"),
        act(Kind.READ, "2025-05-06 10:00", organic=True),
        pay("2025-05-06 11:00", "o-1-1", 100, "c-1"),
    ]
    stage = Stage(events)
    (paid,) = stage.credits("last_non_organic_click", "7d")
    assert (paid["touch_kind"], paid["organic"], paid["flags"]) == ("component_click", False, "")
    # Within a day of the order there was only the organic read: it is credited to it, once, in the same shop.
    (organic,) = stage.credits("last_non_organic_click", "24h")
    assert (organic["touch_kind"], organic["organic"], organic["flags"]) == ("read", True, "organic")
    assert (organic["note"], organic["link"], organic["shop"], organic["tenant"]) == ("note-1", None, "shop-1", "ten-1")
    assert organic["credit_millionths"] == 1_000_000


def test_an_organic_read_of_a_note_that_led_her_nowhere_is_no_touch() -> None:
    stage = Stage(
        [
            click("2025-05-01 10:00", "c-1"),
            act(Kind.READ, "2025-05-06 10:00", organic=True, note="note-7"),
            pay("2025-05-06 11:00", "o-1-1", 100, "c-1"),
        ]
    )
    (row,) = stage.credits("last_non_organic_click", "24h")
    assert (row["reason"], row["note"]) == ("outside_window", None)


def test_a_conversion_before_any_touch_is_nobodys_and_counts_once() -> None:
    stage = Stage([pay("2025-05-01 10:00", "o-1-1", 100, "c-1"), click("2025-05-01 10:01", "c-1")])
    for definition in REGISTRY.attributions(date(2025, 5, 1)):
        (row,) = stage.credits(definition.id, "7d")
        assert (row["note"], row["reason"], row["credit_millionths"]) == (None, "outside_window", 1_000_000)


@pytest.mark.parametrize(
    ("sync", "asynchronous", "followed", "reasons"),
    [
        ("c-1", "c-2", "c-1", ["click_followed", "other_click_first"]),
        ("stranger", "c-2", "c-2", ["click_unknown", "click_followed"]),
        (None, "c-2", "c-2", ["click_followed"]),
        ("c-1", None, "c-1", ["click_followed"]),
        ("stranger", None, "stranger", ["click_unknown"]),
    ],
)
def test_ATTR_3_the_links_click_id_goes_before_the_monitors_and_both_are_shown(
    sync: str | None, asynchronous: str | None, followed: str, reasons: list[str]
) -> None:
    # Two readers: whose touches are looked at hangs on which id is followed.
    ids = {"click_by": "sync", "async_click_id": asynchronous} if sync else {"click_by": "async"}
    stage = Stage(
        [
            click("2025-05-01 10:00", "c-1"),
            click("2025-05-01 10:00", "c-2", reader="rdr-2", note="note-2"),
            pay("2025-05-01 11:00", "o-1-1", 100, sync or asynchronous, **ids),
        ]
    )
    rows = stage.credits("linear_click", "7d")
    assert {row["click_id"] for row in rows} == {followed}
    assert rows[0]["note"] == {"c-1": "note-1", "c-2": "note-2", "stranger": None}[followed]
    assert rows[0]["click_by"] == ("async" if followed == "c-2" else "sync")
    told = stage.attribution.explain("o-1").sub_orders[0]
    assert [claim.reason for claim in told.claims] == reasons
    assert [claim.click_id for claim in told.claims if claim.followed] == [followed]
    assert all(reason_in_words(reason, "zh") != reason for reason in reasons)


def test_ATTR_3_a_click_id_that_another_record_of_the_order_brings_later_is_found() -> None:
    # 1 May: the payment comes without a click id. 3 May: the goods arrive, and by then the monitor's match is known.
    stage = Stage(
        [
            click("2025-05-01 10:00", "c-1"),
            pay("2025-05-01 11:00", "o-1-1", 100, None),
            shop(Kind.RECEIVE, "2025-05-03 11:00", "o-1-1", click_id="c-1", click_by="async"),
        ]
    )
    (row,) = stage.credits("linear_click", "7d")
    assert (row["note"], row["click_id"], row["click_by"]) == ("note-1", "c-1", "async")
    # The first versions of last and first click follow the payment's own record alone, and go on doing so.
    (row,) = stage.credits("last_click", "7d")
    assert (row["reason"], row["click_by"]) == ("no_click_id", None)


def test_article_row_37_orders_of_two_platforms_meet_at_the_note_without_any_reader() -> None:
    # The same note sells on Taobao (80 orders) and on JD (30), to readers whom no platform tells us of.
    events: list[Event] = []
    for number in range(110):
        platform = "taobao" if number < 80 else "jd"
        there = {"platform": platform, "shop": f"shop-{platform}", "tenant": "ten-1", "merchant": "mer-1"}
        if number % 2:  # half of them bring back our click id, half only the note
            events.append(click("2025-05-01 10:00", f"c-{number}", reader=f"rdr-{number}", **there))
            events.append(pay("2025-05-02 10:00", f"o-{number}-1", 100, f"c-{number}", **there))
        else:
            events.append(pay("2025-05-02 10:00", f"o-{number}-1", 100, None, note="note-1", **there))
    rows = Stage(events).credits("linear_click", "7d")
    orders: dict[tuple[str, str], int] = {}
    for row in rows:
        place = (row["note"], row["platform"])
        orders[place] = orders.get(place, 0) + row["credit_millionths"] // 1_000_000
    assert orders == {("note-1", "taobao"): 80, ("note-1", "jd"): 30}
    by_note = [row for row in rows if row["reason"] == "by_note"]
    assert len(by_note) == 55
    assert {(row["touch_event_id"], row["billing_day"], row["flags"]) for row in by_note} == {(None, None, "by_note")}


def test_a_reader_of_one_platforms_link_is_no_touch_of_anothers_order() -> None:
    # Rdr-1 tapped the Taobao link first and the JD link later; the JD order is the JD link's alone.
    jd = {"platform": "jd", "shop": "shop-jd"}
    stage = Stage(
        [
            click("2025-05-01 10:00", "c-1", platform="taobao", shop="shop-tb"),
            click("2025-05-02 10:00", "c-2", note="note-2", **jd),
            pay("2025-05-02 11:00", "o-1-1", 100, "c-2", **jd),
        ]
    )
    assert notes(stage.credits("linear_click", "7d")) == {"note-2": 1_000_000}


def test_ATTR_8_a_platforms_sampled_aggregate_is_no_conversion_and_moves_no_credit() -> None:
    cell = shop(
        Kind.REPORT_CELL, "2025-05-07 00:00", None, platform="star", note="note-1", order_id=None, item=None,
        detail='{"report":"star_task","key":"k","account":"a","values":{"uv30":120},"sample_ratio":"0.5"}',
    )  # fmt: skip
    assert Stage([*THREE_NOTES, cell]).table().equals(Stage(THREE_NOTES).table())


def test_article_row_23_a_rival_claim_is_shown_and_left_out_of_the_deduplicated_total() -> None:
    # 1 May 10:02: she taps note-1. 7 May: 6.2 days later she buys; Taobao says that another media claims it too.
    stage = Stage(
        [
            click("2025-05-01 10:02", "c-1"),
            pay("2025-05-07 14:50", "o-x-1", 29_900, "c-1", click_by="sync", claimed_elsewhere=True),
            pay("2025-05-07 15:00", "o-y-1", 10_000, "c-1", click_by="sync", claimed_elsewhere=False),
            pay("2025-05-07 15:10", "o-z-1", 5_000, "c-1"),
            shop(Kind.REFUND, "2025-05-08 09:00", "o-x-1", 9_900, ref="r-1"),
        ]
    )
    rows = stage.credits("last_click", "7d")
    assert {(row["order_id"], row["entry"]): row["claimed_elsewhere"] for row in rows} == {
        ("o-x", "pay"): True,
        ("o-x", "refund"): True,
        ("o-y", "pay"): False,
        ("o-z", "pay"): None,
    }
    assert [row["flags"] for row in rows if row["order_id"] == "o-x"] == ["claimed_elsewhere", "claimed_elsewhere"]
    everything = sum(row["value_fen"] for row in rows)
    deduplicated = sum(row["value_fen"] for row in rows if not row["claimed_elsewhere"])
    assert (everything, deduplicated) == (35_000, 15_000)
    (told,) = stage.attribution.explain("o-x").sub_orders
    assert (told.claimed_elsewhere, told.click_by) == (True, "sync")
    verdict = next(one for one in told.verdicts if (one.definition.id, one.window) == ("last_click", "7d"))
    assert verdict.winner is not None
    assert (verdict.winner.note, verdict.winner.at_ms) == ("note-1", at("2025-05-01 10:02"))


def test_ATTR_9_a_row_says_from_which_day_its_cell_grows_no_more() -> None:
    # A click of 1 May may earn until the end of 16 May by 15 d; what shops return of a day may come a day late.
    (row,) = [row for row in Stage(THREE_NOTES).credits("first_click", "15d") if row["entry"] == "pay"]
    assert (row["billing_day"], row["billing_complete_day"]) == (date(2025, 5, 1), date(2025, 5, 17))
    assert (row["event_day"], row["event_complete_day"]) == (date(2025, 5, 7), date(2025, 5, 9))
    (nobody,) = Stage([pay("2025-05-07 11:00", "o-1-1", 1, None)]).credits("last_click", "15d")
    assert (nobody["billing_complete_day"], nobody["event_complete_day"]) == (None, date(2025, 5, 9))


def test_a_click_that_was_recorded_twice_is_one_touch_and_both_records_are_shown() -> None:
    stage = Stage(
        [
            click("2025-05-07 10:00", "c-1", event_id="evt-1"),
            click("2025-05-07 10:00", "c-1", event_id="evt-2"),
            click("2025-05-07 09:00", "c-2", note="note-2"),
            pay("2025-05-07 11:00", "o-1-1", 100, "c-1"),
        ]
    )
    assert notes(stage.credits("linear_click")) == {"note-1": 500_000, "note-2": 500_000}
    told = stage.attribution.explain("o-1").sub_orders[0]
    verdict = next(one for one in told.verdicts if one.definition.id == "linear_click")
    assert [(one.touch.event_id, one.reason) for one in verdict.candidates[:2]] == [
        ("evt-1", "shared_evenly"),
        ("evt-2", "duplicate_click"),
    ]


def test_article_row_24_a_like_within_the_hour_after_the_ad_click_counts_and_a_minute_later_does_not() -> None:
    # What is done in the community has its reader: no click id is needed, and only the note of the ad counts.
    engagement = msgspec.structs.replace(
        REGISTRY.attribution("last_click"), id="likes_after_click", touches=("click",), conversions=("like",),
        windows=("1h",), default_window="1h", refunds="none", presale="none", unit="act",
    )  # fmt: skip
    events = [
        act(Kind.CLICK, "2025-05-07 10:00"),
        act(Kind.LIKE, "2025-05-07 10:59", event_id="l-59"),
        act(Kind.LIKE, "2025-05-07 11:01", event_id="l-61"),
        act(Kind.LIKE, "2025-05-07 10:30", event_id="l-other", note="note-2"),
        act(Kind.LIKE, "2025-05-07 10:30", event_id="l-stranger", reader="rdr-2"),
    ]
    counted = {row["event_id"]: (row["note"], row["reason"], row["flags"]) for row in under(engagement, events)}
    assert counted == {
        "l-59": ("note-1", None, ""),
        "l-61": (None, "no_touch_inside", ""),
        "l-other": (None, "no_touch_inside", ""),
        "l-stranger": (None, "no_touch_inside", ""),
    }


def test_weights_by_an_expression_are_a_definition_like_any_other() -> None:
    custom = msgspec.structs.replace(
        REGISTRY.attribution("linear_click"), id="by_expression", model="custom",
        parameters={"weight": "3 if first else (1 if last else 0)"},
    )  # fmt: skip
    rows = [row for row in under(custom, THREE_NOTES) if row["window"] == "7d"]
    assert notes(rows) == {"note-1": 750_000, "note-3": 250_000}
    assert notes(rows, "value_fen") == {"note-1": 7_500, "note-3": 2_500}


def test_every_touch_explains_its_part_in_millionths_and_in_fen() -> None:
    told = Stage(THREE_NOTES).attribution.explain("o-1").sub_orders[0]
    verdict = next(one for one in told.verdicts if (one.definition.id, one.window) == ("position_click", "15d"))
    assert verdict.winner is not None
    assert verdict.winner.note == "note-3"
    assert [
        (one.touch.note, one.credit_millionths, one.value_fen, one.net_fen, one.reason) for one in verdict.candidates
    ] == [
        ("note-3", 400_000, 4_000, 2_667, "shared_by_position"),
        ("note-2", 200_000, 2_000, 1_333, "shared_by_position"),
        ("note-1", 400_000, 4_000, 2_667, "shared_by_position"),
    ]
    assert len(verdict.entries) == 6


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"touches": ("report_cell",)}, KindNotCredited),
        ({"touches": ("visit",)}, KindNotCredited),
        ({"conversions": ("report_cell",)}, KindNotCredited),
        ({"conversions": ("return_quarantined",)}, KindNotCredited),
        ({"touches": ("teleport",)}, KindUnknown),
        ({"model": "markov"}, ModelNotOfThePlatform),
        ({"model": "guess"}, ModelUnknown),
        ({"model": "decay", "parameters": {"half_life": "soon"}}, ParameterRefused),
    ],
)
def test_a_definition_that_means_nothing_here_is_refused_before_anything_is_replaced(
    change: dict[str, Any], refusal: type[HongmaoError]
) -> None:
    with pytest.raises(refusal) as refused:
        under(msgspec.structs.replace(REGISTRY.attribution("last_click"), **change), THREE_NOTES)
    for lang in ("zh", "en"):
        assert refused.value.message(lang)
