"""The article's rows about figures, each as a story: what stands in the log, what is asked, what is printed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hongmao.definitions.api import DefinitionUnknown
from hongmao.events.contracts import Kind
from hongmao.insight.api import DenominatorsDiffer, NotComparable, Sight
from hongmao.insight.comparing import change
from hongmao.insight.contracts import LiftResult, ViewClock
from hongmao.insight.errors import LiftBackwards, LiftOfOtherDays
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, instant
from insight.stage import (
    A,
    B,
    Stage,
    act,
    cart,
    cell,
    charge,
    click,
    day,
    impression,
    pay,
    query,
    refund,
    tap,
    visit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hongmao.events.contracts import Event
    from hongmao.insight.contracts import Figure, MetricAnswer, ReportQuery

WHOLE = Sight.operator()
APRIL, MAY = query("2025-04-01", "2025-04-30"), query("2025-05-01", "2025-05-31")


def figure(stage: Stage, name: str, asked: ReportQuery, sight: Sight = WHOLE) -> Figure:
    """Ask for one metric over a range."""
    return stage.insight.metric(sight, name, asked).figure


def moved(stage: Stage, name: str) -> MetricAnswer:
    """Ask how May stands against April."""
    return stage.insight.metric(WHOLE, name, MAY, against=APRIL)


def shown_and_tapped(month: str, shown: int, tapped: int) -> Iterator[Event]:
    """Show a note so often on the first of a month, and have so many of the showings tapped."""
    start = instant(f"2025-{month}-01 08:00")
    for number in range(shown):
        yield impression(start + number, reader=f"reader-{number}")
    for number in range(tapped):
        yield tap(start + HOUR_MS + number, reader=f"reader-{number}")


def test_row_15_a_ctr_of_5_and_then_6_percent_moved_by_a_fifth_and_says_how_sure_that_is() -> None:
    # 2,000 showings each: 100 taps in April, 120 in May.
    answer = moved(Stage(*shown_and_tapped("04", 2_000, 100), *shown_and_tapped("05", 2_000, 120)), "ctr")
    told = answer.change
    assert told is not None
    assert (told.base.figure.text, answer.figure.text, told.text) == ("5.00%", "6.00%", "+20% (+1.0pp)")
    # Newcombe's interval by hand: p1 = .05 [.0413, .0605], p2 = .06 [.0504, .0713].
    assert told.points is not None
    assert (told.points.low, told.points.high) == ("-0.4pp", "+2.4pp")
    assert told.relative is not None
    assert (told.relative.low, told.relative.high) == ("-7.3%", "+55%")
    assert told.method
    assert "Newcombe" in told.method
    assert told.base.cohort == told.value.cohort == "*"
    assert told.mature


def test_row_15_other_denominators_are_refused_with_both_names() -> None:
    stage = Stage(*shown_and_tapped("04", 20, 10), *shown_and_tapped("05", 20, 12), act(Kind.READ, "2025-05-02 08:00"))
    by_reads = moved(stage, "engagement_rate").change
    by_impressions = moved(stage, "engagement_per_impression").change
    assert by_reads is not None
    assert by_impressions is not None
    with pytest.raises(DenominatorsDiffer, match=r"reads\.v1 and impressions\.v1") as caught:
        change(by_reads.base, by_impressions.value)
    assert "分母口径不同" in caught.value.message("zh")


@pytest.mark.parametrize(
    "asked",
    [
        query("2025-04-01", "2025-04-30", window="7d"),
        query("2025-04-01", "2025-04-30", clock="event"),
        query("2025-04-01", "2025-04-30", scope="all"),
    ],
    ids=["window", "clock", "scope"],
)
def test_row_15_another_window_clock_or_line_is_no_growth(asked: ReportQuery) -> None:
    stage = Stage(click("2025-05-01 10:00", "c-1"), pay("2025-05-01 11:00", "o-1-1", 100, "c-1"))
    with pytest.raises(NotComparable):
        stage.insight.metric(WHOLE, "purchases", MAY, against=asked)


def test_row_15_another_cohort_is_no_growth() -> None:
    stage = Stage(*shown_and_tapped("04", 20, 10), *shown_and_tapped("05", 20, 12))
    mine = stage.insight.metric(Sight.of(A), "ctr", MAY, against=APRIL).change
    everybodys = moved(stage, "ctr").change
    assert mine is not None
    assert everybodys is not None
    with pytest.raises(NotComparable, match="tenant-a"):
        change(mine.base, everybodys.value)


def test_row_15_another_attribution_is_no_growth_even_where_the_metric_is_the_same() -> None:
    stage = Stage(click("2025-05-01 10:00", "c-1"), pay("2025-05-01 11:00", "o-1-1", 100, "c-1"))
    told = moved(stage, "purchases").change
    assert told is not None
    credited_by = told.base.credited_by
    assert credited_by is not None
    assert credited_by.id == "last_click"
    later = replace(told.base, credited_by=replace(credited_by, version="2", fingerprint="0" * 16))
    with pytest.raises(NotComparable, match=r"last_click\.v2, the other last_click\.v1"):
        change(later, told.value)
    # What reads no credits does not care.
    clicks = moved(stage, "clicks").change
    assert clicks is not None
    assert clicks.base.credited_by is None


def test_row_16_an_engagement_rate_of_2_and_then_4_18_percent_prints_109_percent() -> None:
    def month(name: str, likes: int) -> Iterable[Event]:
        start = instant(f"2025-{name}-01 08:00")
        for number in range(5_000):
            reader = f"reader-{number}"
            yield act(Kind.READ, start + number, tenant=A, reader=reader)
        for number in range(likes):
            yield tap(start + number, reader=f"reader-{number}")
            yield act(Kind.LIKE, start + number + MINUTE_MS, reader=f"reader-{number}")

    answer = moved(Stage(*month("04", 100), *month("05", 209)), "engagement_rate")
    told = answer.change
    assert told is not None
    assert (told.base.figure.text, answer.figure.text) == ("2.00%", "4.18%")
    assert told.text == "+109% (+2.2pp)"


def test_row_17_a_daily_mean_of_merchants_counts_a_merchant_with_two_plans_once() -> None:
    def shown(day_text: str, merchants: int) -> Iterable[Event]:
        for number in range(merchants):
            for plan in ("link-1", "link-2"):
                yield impression(f"{day_text} 10:00", merchant=f"merchant-{number}", link=plan)

    # April: 100 on each of two days; May: 435 on each.
    april, may = query("2025-04-01", "2025-04-02"), query("2025-05-01", "2025-05-02")
    stage = Stage(
        *(one for text in ("2025-04-01", "2025-04-02") for one in shown(text, 100)),
        *(one for text in ("2025-05-01", "2025-05-02") for one in shown(text, 435)),
    )
    answer = stage.insight.metric(WHOLE, "daily_merchants", may, by="day", against=april)
    assert answer.change is not None
    assert answer.figure.text == "435.00"
    assert [row.figure.text for row in answer.rows] == ["435.00", "435.00"]
    assert (answer.change.base.figure.text, answer.change.text) == ("100.00", "+335%")
    # A mean of counts is no share of anything, so there is no interval to make up.
    assert (answer.change.points, answer.change.relative, answer.change.method) == (None, None, None)
    # A day on which nobody was shown counts as a day.
    assert figure(stage, "daily_merchants", query("2025-04-01", "2025-04-04")).text == "50.00"


def lift(**told: object) -> LiftResult:
    """Give the article's lift test over May."""
    given: dict[str, object] = {
        "test": "holdout-05", "method": "user holdout, difference of means", "from_day": MAY.from_day,
        "to_day": MAY.to_day, "orders": 80, "low": 60, "high": 100,
    }  # fmt: skip
    return LiftResult(**{**given, **told})  # type: ignore[arg-type]


def test_row_18_attribution_and_incrementality_stand_side_by_side_and_are_never_mixed() -> None:
    # 120 orders of 300.00 after 120 clicks of 5.00: AOV 300, spend 600, iROI = 80 × 300 ÷ 600 = 40.
    clicks = [click(f"2025-05-02 10:{n % 60:02d}", f"c-{n}", reader=f"reader-{n}") for n in range(120)]
    paid = [pay("2025-05-03 10:00", f"o-{n}-1", 30_000, f"c-{n}") for n in range(120)]
    stage = Stage(*clicks, *paid, charges=[charge(one, 500) for one in clicks])
    answer = stage.insight.metric(WHOLE, "purchases", MAY, lift=lift())
    beside = answer.beside
    assert beside is not None
    assert (beside.attributed.text, beside.lift.orders, beside.lift.low, beside.lift.high) == ("120", 80, 60, 100)
    assert (beside.aov.text, beside.spend.text) == ("300.00", "600.00")
    assert (beside.iroi, beside.iroi_low, beside.iroi_high) == ("40.00", "30.00", "50.00")
    assert beside.roi.text == "60.00"  # what attribution says, untouched by the test
    assert beside.share_caused == "66.67%"
    # Without spend there is no ratio, and nothing becomes 0.
    alone = Stage(*clicks, *paid).insight.metric(WHOLE, "purchases", MAY, lift=lift()).beside
    assert alone is not None
    assert (alone.iroi, alone.roi.text) == ("—", "—")


def test_row_18_a_lift_test_of_other_days_or_outside_its_own_interval_is_refused() -> None:
    stage = Stage(click("2025-05-02 10:00", "c-1"))
    with pytest.raises(LiftOfOtherDays, match=r"2025-05-01\.\.2025-05-30"):
        stage.insight.metric(WHOLE, "purchases", MAY, lift=lift(to_day=day("2025-05-30")))
    with pytest.raises(LiftBackwards, match="120"):
        stage.insight.metric(WHOLE, "purchases", MAY, lift=lift(orders=120))


@pytest.mark.parametrize(
    ("after_ms", "counts"),
    [(59 * MINUTE_MS, 1), (HOUR_MS - 1, 1), (HOUR_MS, 0), (61 * MINUTE_MS, 0), (-MINUTE_MS, 0)],
    ids=["59 min", "the last instant", "the hour", "61 min", "before the click"],
)
def test_row_24_a_like_counts_within_an_hour_of_the_ad_click(after_ms: int, counts: int) -> None:
    at = instant("2025-05-01 10:00")
    stage = Stage(tap(at), act(Kind.LIKE, at + after_ms))
    assert figure(stage, "likes", MAY).numerator == counts
    assert figure(stage, "engagement", MAY).numerator == counts


def test_row_24_the_note_the_reader_and_the_ad_must_be_the_same() -> None:
    at = instant("2025-05-01 10:00")
    stage = Stage(
        tap(at),
        act(Kind.LIKE, at + 1, note="note-2"),
        act(Kind.LIKE, at + 2, reader="reader-2"),
        act(Kind.LIKE, at + 3, invalid="bot"),
        tap(at, reader="reader-3", tenant=None, link=None),  # an organic click
        act(Kind.LIKE, at + 4, reader="reader-3"),
        tap(at, reader="reader-4", invalid="bot"),
        act(Kind.LIKE, at + 5, reader="reader-4"),
    )
    assert figure(stage, "likes", MAY).numerator == 0


def test_row_24_a_follow_is_of_the_creator_and_has_no_hour() -> None:
    at = instant("2025-05-01 10:00")
    stage = Stage(
        tap(at),
        act(Kind.FOLLOW, at + 3 * DAY_MS, note="note-7"),
        act(Kind.FOLLOW, at + 3 * DAY_MS, creator="creator-2", note="note-2"),
    )
    assert figure(stage, "follows", MAY).numerator == 1
    # Nothing closes, so it stands on its own day by both clocks; a like stands on its click's day by billing time.
    for clock in ViewClock:
        asked = query("2025-05-01", "2025-05-05", clock=clock)
        days = stage.insight.metric(WHOLE, "follows", asked, by="day").rows
        assert [row.key for row in days if row.figure.numerator] == ["2025-05-04"]
    assert figure(stage, "engagement", MAY).window == "1h, 120d"


def test_row_24_the_last_ad_click_takes_the_act_whosever_ad_it_was() -> None:
    at = instant("2025-05-01 10:00")
    stage = Stage(
        tap(at, event_id="tap-1"),
        tap(at + MINUTE_MS, tenant=B, merchant="merchant-b", link="link-9", event_id="tap-2"),
        act(Kind.LIKE, at + 2 * MINUTE_MS),
    )
    assert [figure(stage, "likes", MAY, Sight.of(one)).numerator for one in (A, B)] == [0, 1]
    assert figure(stage, "likes", MAY).numerator == 1


def test_row_25_a_store_visitor_costs_spend_over_visitors() -> None:
    # 25 readers come; 2,694.23 was charged.
    clicks = [click(f"2025-05-01 10:{n:02d}", f"c-{n}", reader=f"reader-{n}") for n in range(25)]
    visits = [visit(f"2025-05-01 11:{n:02d}", f"c-{n}") for n in range(25)]
    stage = Stage(*clicks, *visits, charges=[charge(clicks[0], 269_423)])
    assert figure(stage, "visit_uv", MAY).text == "25"
    assert figure(stage, "cpuv", MAY).text == "107.77"
    assert figure(stage, "cpuv", APRIL).text == "—"


@pytest.mark.parametrize(
    ("days_ago", "new"), [(364, 0), (365, 0), (366, 1), (None, 1)], ids=["364 d", "365 d", "366 d", "never"]
)
def test_row_26_who_was_there_364_days_ago_is_old_and_366_days_ago_is_new(days_ago: int | None, new: int) -> None:
    now = instant("2025-05-01 10:00")
    before = [] if days_ago is None else [
        click(now - days_ago * DAY_MS - 1, "c-0"), visit(now - days_ago * DAY_MS, "c-0", new_visitor=None)
    ]  # fmt: skip
    stage = Stage(*before, click(now - 1, "c-1"), visit(now, "c-1", new_visitor=None))
    asked = query("2025-05-01", "2025-05-01")
    assert figure(stage, "first_visit_uv", asked).numerator == new
    assert figure(stage, "first_visit_share", asked).text == ("100.00%" if new else "0.00%")
    # The shop's own flag is another metric: here it said nothing, and nothing is not 0.
    assert figure(stage, "new_visit_uv", asked).text == "—"


def test_row_26_a_visit_of_nobody_known_is_not_judged_and_another_shop_is_another_look_back() -> None:
    stage = Stage(
        click("2025-05-01 10:00", "c-1"), visit("2025-05-01 10:01", "c-1"),
        click("2025-05-02 10:00", "c-2", shop="shop-c"), visit("2025-05-02 10:01", "c-2", shop="shop-c"),
        click("2025-05-03 10:00", "c-3", reader=None), visit("2025-05-03 10:01", "c-3"),
    )  # fmt: skip
    told = figure(stage, "first_visit_uv", MAY)
    assert (told.numerator, told.partial) == (2, True)


def test_row_27_two_carts_of_one_reader_are_two_acts_and_one_person() -> None:
    stage = Stage(
        click("2025-05-01 10:00", "c-1"), cart("2025-05-01 10:05", "c-1"), cart("2025-05-01 10:06", "c-1")
    )  # fmt: skip
    assert (figure(stage, "carts", MAY).numerator, figure(stage, "cart_uv", MAY).numerator) == (2, 1)


def test_row_28_what_was_paid_stands_beside_what_is_left_after_the_refund() -> None:
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        pay("2025-05-01 11:00", "o-1-1", 29_900, "c-1"),
        refund("2025-05-10 11:00", "o-1-1", 9_900),
    )
    assert [figure(stage, name, MAY).text for name in ("gmv_gross", "gmv_net", "refund_amount")] == [
        "299.00", "200.00", "-99.00",
    ]  # fmt: skip


def test_row_37_orders_of_two_platforms_add_up_by_note_and_no_reader_leaves_his_platform() -> None:
    readers = {"taobao": 80, "jd": 30}
    events: list[Event] = []
    for platform, orders in readers.items():
        for n in range(orders):
            # Each platform's own readers: nobody's id stands on both.
            click_id, own = f"{platform}-{n}", {"platform": platform, "shop": f"shop-{platform}"}
            events += [
                click("2025-05-01 10:00", click_id, reader=f"{platform}-reader-{n}", **own),
                pay("2025-05-01 11:00", f"{platform}{n}-1", 10_000, click_id, source=platform, **own),
            ]
    stage = Stage(*events)
    by_note = stage.insight.metric(WHOLE, "purchases", MAY, by="note")
    by_platform = stage.insight.metric(WHOLE, "purchases", MAY, by="platform")
    assert by_note.figure.numerator == 110
    assert [(row.key, row.figure.numerator) for row in by_note.rows] == [("note-1", 110)]
    assert [(row.key, row.figure.numerator) for row in by_platform.rows] == [("jd", 30), ("taobao", 80)]
    # By note only: neither answer names a reader, and no shop's row ever held one.
    assert "reader" not in repr(by_note.rows) + repr(by_platform.rows)
    assert all(event.reader is None for event in events if event.kind is Kind.PAY)


def test_row_4_a_sampled_count_is_scaled_with_its_ratio_and_its_error() -> None:
    stage = Stage(
        cell("star_note", "2025-05-10", {"read_uv": 12_000, "spend_fen": 960_000}, part="t-1"),
        cell("star_note", "2025-05-10", {"store_uv": 120}, part="t-1:uv", sample_ratio="0.5"),
    )
    seen = figure(stage, "star_store_uv", MAY)
    assert seen.text == "240 (120 ÷ 0.5)"
    assert seen.sample is not None
    assert (seen.sample.error, seen.sample.low, seen.sample.high) == ("15.49", "211", "273")
    rate, cost = figure(stage, "offsite_cvr", MAY), figure(stage, "offsite_cost", MAY)
    assert (rate.text, cost.text) == ("2.00% (÷ 0.5)", "40.00 (÷ 0.5)")
    assert rate.sample is not None
    assert (rate.sample.error, rate.sample.low, rate.sample.high) == ("0.13%", "1.75%", "2.28%")
    assert cost.sample is not None
    assert (cost.sample.error, cost.sample.low, cost.sample.high) == ("2.58", "35.11", "45.59")


def test_a_name_that_nobody_defined_is_not_found() -> None:
    stage = Stage(click("2025-05-01 10:00", "c-1"))
    assert stage.insight.meant("external_roi_7") == ("roi_gross", "7d")
    assert stage.insight.meant("小红星站外活跃UV（30日归因)") == ("offsite_active_uv_30d", None)
    assert stage.insight.meant("ctr") == ("ctr", None)
    with pytest.raises(DefinitionUnknown):
        stage.insight.meant("luck")
