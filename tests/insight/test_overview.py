"""The funnel by hand: every count, rate and cost against figures that a person can check."""

from __future__ import annotations

import pytest

from hongmao.events.contracts import Event, Kind
from hongmao.insight.contracts import Figure, Overview, ViewClock
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import MINUTE_MS, instant
from insight.stage import A, B, Stage, cart, charge, click, day, impression, order, pay, query, refund, tap, visit

MAY = query("2025-05-01", "2025-05-31")
TEN = instant("2025-05-07 10:00")


def texts(overview: Overview) -> dict[str, tuple[str, str | None]]:
    """Give count and rate of each step as they print."""
    return {step.name: (step.count.text, step.rate.text if step.rate else None) for step in overview.steps}


def figure(overview: Overview, name: str) -> Figure:
    """Find a figure by its name, wherever it stands."""
    in_steps = (one for step in overview.steps for one in (step.count, step.people, step.rate, step.cost))
    return next(one for one in (*overview.figures(), *in_steps) if one is not None and one.name == name)


def test_article_row_3_every_step_rate_equals_the_hand_value() -> None:
    clicks = [click(TEN + n, f"c-{n}", reader=f"reader-{n}") for n in range(600)]
    events = [
        *(impression(TEN - MINUTE_MS + n) for n in range(10_000)),
        *(tap(TEN + n) for n in range(600)),
        *clicks,
        *(visit(TEN + 1_000 + n, f"c-{n}") for n in range(240)),
        *(cart(TEN + 2_000 + n, f"c-{n}") for n in range(36)),
        *(pay(TEN + 3_000 + n, f"o-{n}-1", 10_000, f"c-{n}") for n in range(12)),
        refund(TEN + 9_000, "o-3-1", 10_000),
    ]
    overview = Stage(*events, charges=[charge(one) for one in clicks]).insight.overview(A, MAY)
    assert texts(overview) == {
        "impressions": ("10,000", None),
        "clicks": ("600", "6.00%"),
        "component_clicks": ("600", "100.00%"),
        "visits": ("240", "40.00%"),
        "carts": ("36", "15.00%"),
        "purchases": ("12", "33.33%"),
        "refunds": ("1", "8.33%"),
    }
    costs = {step.name: step.cost.text if step.cost else None for step in overview.steps}
    assert costs["impressions"] == "0.03"  # 300.00 yuan / 10,000
    assert costs["component_clicks"] == "0.50"
    assert costs["visits"] == "1.25"
    assert costs["purchases"] == "25.00"
    assert costs["refunds"] is None
    assert [one.text for one in (overview.spend, overview.gmv_gross, overview.gmv_net)] == [
        "300.00",
        "1,200.00",
        "1,100.00",
    ]
    assert [one.text for one in (overview.roi_gross, overview.roi_net)] == ["4.00", "3.67"]


def test_article_row_25_a_visitor_costs_spend_over_visitors() -> None:
    clicks = [click(TEN + n, f"c-{n}", reader=f"reader-{n}") for n in range(25)]
    overview = Stage(
        *clicks,
        *(visit(TEN + 1_000 + n, f"c-{n % 25}") for n in range(40)),
        charges=[charge(clicks[0], 269_423)],
    ).insight.overview(A, MAY)
    assert (overview.cpuv.numerator, overview.cpuv.denominator, overview.cpuv.text) == (269_423, 25, "107.77")
    assert figure(overview, "visits").text == "40"


def test_article_row_27_two_carts_of_one_reader_are_two_acts_and_one_person() -> None:
    overview = Stage(click(TEN, "c-1"), cart(TEN + 1, "c-1"), cart(TEN + 2, "c-1")).insight.overview(A, MAY)
    step = next(step for step in overview.steps if step.name == "carts")
    assert step.people is not None
    assert (step.count.text, step.people.text) == ("2", "1")


def test_article_row_28_gross_and_net_stand_side_by_side() -> None:
    overview = Stage(
        click(TEN, "c-1"), pay(TEN + 1, "o-1-1", 29_900, "c-1"), refund(TEN + 2, "o-1-1", 9_900)
    ).insight.overview(A, MAY)
    assert (overview.gmv_gross.text, overview.gmv_net.text) == ("299.00", "200.00")


def test_a_visit_that_arrives_again_counts_once_and_its_correction_replaces_it() -> None:
    first = visit(TEN + 1, "c-1", ref="n-1")
    again = visit(TEN + 1, "c-1", ref="n-1", version=2, new_visitor=False)
    for events in ([first, again], [again, first], [again, first, first]):
        overview = Stage(click(TEN, "c-1"), *events).insight.overview(A, MAY)
        assert (figure(overview, "visits").text, overview.new_visitors.text) == ("1", "0")


@pytest.mark.parametrize("clock", ["billing", "event"])
def test_promise_9_another_tenant_sees_nothing(clock: str) -> None:
    stage = Stage(
        impression(TEN), tap(TEN), bad := click(TEN, "c-0", invalid="bot"), one := click(TEN, "c-1"), visit(TEN, "c-1"),
        visit(TEN, None), cart(TEN, "c-1"), order(TEN, "o-1-1", "c-1"), pay(TEN, "o-1-1", 29_900, "c-1"), refund(TEN, "o-1-1", 1),
        charges=[charge(one), charge(bad, 0, "invalid:bot")],
    )  # fmt: skip
    asked = query("2025-05-01", "2025-05-31", clock=clock)
    theirs = stage.insight.overview(B, asked)
    assert {step.count.numerator for step in theirs.steps} <= {0, None}
    assert (theirs.spend.numerator, theirs.gmv_gross.numerator) == (0, None)
    assert (theirs.invalid, theirs.unmatched) == ((), ())
    assert [note.links for note in stage.insight.notes(B, asked)] == [("link-9",)]
    assert stage.insight.orders(B, asked) == ()
    assert stage.insight.trace(B, "o-1") is None
    assert stage.insight.overview(A, asked, MerchantId("merchant-b")).spend.numerator == 0


def test_a_click_of_one_tenant_earns_nothing_from_another_tenants_shop() -> None:
    theirs = {"tenant": B, "merchant": "merchant-b", "shop": "shop-b"}
    stage = Stage(
        click(TEN, "c-1"),
        visit(TEN + 1, "c-1", **theirs),
        pay(TEN + 2, "o-1-1", 500, "c-1", **theirs),
        visit(TEN + 3, "c-1"),
    )
    assert figure(stage.insight.overview(A, MAY), "visits").text == "1"
    assert stage.insight.overview(A, MAY).gmv_gross.text == "0.00"
    overview = stage.insight.overview(B, MAY)
    assert figure(overview, "visits").text == "0"
    assert {(one.kind, one.reason) for one in overview.unmatched} == {
        ("visit", "click_unknown"),
        ("pay", "click_unknown"),
    }


def test_what_does_not_count_stands_beside_the_funnel_with_its_reason() -> None:
    overview = Stage(
        click(TEN, "c-1"), click(TEN, "c-2", invalid="bot"), click(TEN, "c-3", invalid="bot"), impression(TEN, invalid="prefetch"),
        visit(TEN + 1, "c-1"), visit(TEN + 1, "c-2"), visit(TEN + 1, None), visit(TEN + 1, "nobodys"),
    ).insight.overview(A, MAY)  # fmt: skip
    assert [(one.kind, one.reason, one.count) for one in overview.invalid] == [
        ("component_click", "bot", 2),
        ("impression", "prefetch", 1),
    ]
    assert [(one.kind, one.reason, one.count) for one in overview.unmatched] == [
        ("visit", "click_invalid", 1),
        ("visit", "click_unknown", 1),
        ("visit", "no_click_id", 1),
    ]
    assert (figure(overview, "component_clicks").text, figure(overview, "visits").text) == ("1", "1")


def test_attr_5_a_refund_rewrites_the_clicks_day_by_billing_and_its_own_day_by_event_time() -> None:
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        pay("2025-05-03 10:00", "o-1-1", 29_900, "c-1"),
        refund("2025-05-10 10:00", "o-1-1", 9_900),
    )

    def net(clock: str) -> dict[str, int | None]:
        series = stage.insight.overview(A, query("2025-05-01", "2025-05-31", clock=clock)).series
        return {point.day.isoformat(): point.gmv_net_fen for point in series if point.gmv_net_fen}

    assert net("billing") == {"2025-05-01": 20_000}
    assert net("event") == {"2025-05-03": 29_900, "2025-05-10": -9_900}


def test_attr_6_a_total_is_made_from_parts_and_never_from_ratios() -> None:
    stage = Stage(
        *(impression("2025-05-01 10:00") for _ in range(10)),
        *(tap("2025-05-01 10:00") for _ in range(5)),
        *(impression("2025-05-02 10:00") for _ in range(90)),
        *(tap("2025-05-02 10:00") for _ in range(5)),
    )
    rate = figure(stage.insight.overview(A, MAY), "ctr")
    assert (rate.numerator, rate.denominator, rate.text) == (10, 100, "10.00%")  # not (50% + 5.56%) / 2


def test_attr_7_unknown_amounts_make_a_partial_sum_and_alone_an_unknown_one() -> None:
    known, unknown = pay(TEN + 1, "o-1-1", 29_900, "c-1"), pay(TEN + 2, "o-2-1", None, "c-1")
    overview = Stage(click(TEN, "c-1"), known, unknown).insight.overview(A, MAY)
    assert (overview.gmv_gross.text, overview.gmv_gross.partial) == ("299.00", True)
    assert figure(overview, "purchases").text == "2"
    overview = Stage(click(TEN, "c-1"), unknown).insight.overview(A, MAY)
    assert (overview.gmv_gross.text, overview.gmv_gross.partial, overview.gmv_gross.known) == ("—", True, False)


def test_unknown_is_never_0() -> None:
    silent = Stage(one := click(TEN, "c-1"), charges=[charge(one)]).insight.overview(A, MAY)
    assert [
        figure(silent, name).text for name in ("visits", "purchases", "gmv_net", "cpuv", "roi_net", "new_visitors")
    ] == ["—"] * 6
    assert silent.spend.text == "0.50"
    assert {point.visits for point in silent.series} == {None}
    heard = Stage(click(TEN, "c-1"), visit(TEN, None)).insight.overview(A, MAY)
    assert [figure(heard, name).text for name in ("visits", "gmv_net", "cpuv", "roi_net")] == ["0", "0.00", "—", "—"]


def test_a_visitor_the_shop_says_nothing_of_is_not_counted_as_new() -> None:
    overview = Stage(
        click(TEN, "c-1"), visit(TEN, "c-1"), visit(TEN, "c-1", new_visitor=None), visit(TEN, "c-1", new_visitor=False)
    ).insight.overview(A, MAY)
    assert (overview.new_visitors.text, overview.new_visitors.partial) == ("1", True)


def test_promise_5_a_figure_carries_its_definition_window_clock_and_maturity() -> None:
    stage = Stage(click("2025-05-31 10:00", "c-1"), visit(TEN, "c-1"), now="2025-06-14 23:59")
    overview = stage.insight.overview(A, MAY)
    assert (overview.gmv_net.window, overview.gmv_net.clock) == ("15d", ViewClock.BILLING)
    assert (overview.spend.window, overview.spend.clock) == (None, None)
    assert overview.gmv_net.definition.id == "gmv_net"
    assert len(overview.gmv_net.definition.fingerprint) == 16
    assert overview.gmv_net.definition.name.en == "GMV net"
    assert overview.credited_by.id == "last_click"
    assert not overview.gmv_net.maturity.mature
    assert overview.spend.maturity.mature


@pytest.mark.parametrize(
    ("clock", "complete"), [("billing", "2025-05-23T00:00:00.000+08:00"), ("event", "2025-05-09T00:00:00.000+08:00")]
)
def test_attr_9_a_cell_is_complete_when_its_window_has_closed_or_its_day_is_past(clock: str, complete: str) -> None:
    asked = query("2025-05-07", "2025-05-07", clock=clock)
    events: list[Event] = [click(TEN, "c-1"), pay(TEN, "o-1-1", 1, "c-1")]
    for now_ms, mature in ((instant(complete) - 1, False), (instant(complete), True)):
        stage = Stage(*events)
        stage.clock.set(now_ms)
        overview = stage.insight.overview(A, asked)
        assert overview.gmv_net.maturity.mature is mature
        assert overview.gmv_net.maturity.complete_at_ms == instant(complete)
        assert [point.mature for point in overview.series] == [mature]


def test_every_day_of_the_range_has_its_point_and_the_points_add_up() -> None:
    stage = Stage(
        impression("2025-05-01 10:00"),
        one := click("2025-05-01 23:59", "c-1"),
        two := click("2025-05-03 00:00", "c-2", reader="reader-2"),
        visit("2025-05-03 00:01", "c-1"),
        visit("2025-05-03 00:02", "c-2"),
        pay("2025-05-04 00:00", "o-1-1", 29_900, "c-1"),
        charges=[charge(one), charge(two, 70)],
    )
    overview = stage.insight.overview(A, query("2025-05-01", "2025-05-04"))
    assert [point.day for point in overview.series] == [day(f"2025-05-0{n}") for n in (1, 2, 3, 4)]
    assert [point.component_clicks for point in overview.series] == [1, 0, 1, 0]
    assert [point.visits for point in overview.series] == [1, 0, 1, 0]  # billing time: on the day of their clicks
    by_event = stage.insight.overview(A, query("2025-05-01", "2025-05-04", clock="event"))
    assert [point.visits for point in by_event.series] == [0, 0, 2, 0]
    assert [point.spend_fen for point in overview.series] == [50, 0, 70, 0]
    assert sum(point.gmv_gross_fen or 0 for point in overview.series) == overview.gmv_gross.numerator
    assert sum(point.visits or 0 for point in overview.series) == figure(overview, "visits").numerator == 2


def test_a_reader_who_came_by_two_notes_is_one_person_of_the_whole_and_one_of_each_note() -> None:
    stage = Stage(
        click(TEN, "c-1"), click(TEN, "c-2", note="note-2", link="link-2"), visit(TEN + 1, "c-1"), visit(TEN + 2, "c-2")
    )
    assert figure(stage.insight.overview(A, MAY), "visit_uv").text == "1"
    assert {row.note: row.cpuv.denominator for row in stage.insight.notes(A, MAY)} == {"note-1": 1, "note-2": 1}


def test_presale_counts_the_balance_as_the_whole_and_never_twice() -> None:
    stage = Stage(
        click("2025-05-26 09:00", "c-1"),
        *(
            pay(when, "o-1-1", amount, "c-1", kind=kind)
            for when, amount, kind in (
                ("2025-05-26 10:00", 5_000, Kind.PRESALE_DEPOSIT),
                ("2025-06-18 10:00", 50_000, Kind.PRESALE_BALANCE),
            )
        ),
    )
    by_billing = stage.insight.overview(A, query("2025-05-26", "2025-05-26"))
    by_event = stage.insight.overview(A, query("2025-06-18", "2025-06-18", clock="event"))
    assert (by_billing.gmv_gross.text, by_event.gmv_gross.text) == ("500.00", "500.00")


def test_ud_money_stands_apart_from_cid() -> None:
    stage = Stage(
        one := click(TEN, "c-1"), two := click(TEN, "c-2", line="ud"), visit(TEN, "c-2"),
        charges=[charge(one), charge(two, 70, line="ud")],
    )  # fmt: skip
    spend = {
        scope: stage.insight.overview(A, query("2025-05-01", "2025-05-31", scope=scope)).spend.text
        for scope in ("cid", "ud", "all")
    }
    assert spend == {"cid": "0.50", "ud": "0.70", "all": "1.20"}
