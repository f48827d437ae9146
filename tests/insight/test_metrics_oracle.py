"""Every defined metric against a second, obvious reading of the same events, in any order and any number of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.definitions.api import MetricDefinition
from hongmao.events.contracts import Event, Kind
from hongmao.insight.api import Sight
from hongmao.insight.contracts import Unit
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, day_of, instant
from insight.stage import (
    REGISTRY,
    A,
    B,
    Stage,
    act,
    cart,
    cell,
    charge,
    click,
    impression,
    order,
    pay,
    query,
    refund,
    returned,
    tap,
    visit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = instant("2025-05-01 00:00")
ASKED = {clock: query("2025-05-01", "2025-05-04", clock=clock, scope="all") for clock in ("billing", "event")}
METRICS = tuple(sorted({one.id for one in REGISTRY.all() if isinstance(one, MetricDefinition)}))
ACTS = {Kind.LIKE: "likes", Kind.COMMENT: "comments", Kind.FOLLOW: "follows"}
SPANS = {Kind.LIKE: HOUR_MS, Kind.COMMENT: HOUR_MS, Kind.FOLLOW: 120 * DAY_MS}
readers = st.sampled_from(["reader-1", "reader-2"])
notes = st.sampled_from([("note-1", "creator-1"), ("note-2", "creator-1"), ("note-3", "creator-2")])
minutes = st.integers(0, 4 * 24 * 4 - 1).map(lambda quarter: FIRST + quarter * 15 * MINUTE_MS)
invalids = st.sampled_from([None, None, None, "bot"])
tenants = st.sampled_from([A, A, B])


@st.composite
def front(draw: st.DrawFn) -> list[Event]:
    """Draw clicks on ads of two tenants, organic clicks, and acts on notes around them."""
    events: list[Event] = []
    for number in range(draw(st.integers(0, 5))):
        note, creator = draw(notes)
        tenant = draw(st.sampled_from([A, A, B, None]))
        events.append(
            tap(
                draw(minutes), note=note, creator=creator, reader=draw(readers), tenant=tenant, invalid=draw(invalids),
                event_id=f"tap-{9 - number}",
            )
        )  # fmt: skip
    for number in range(draw(st.integers(0, 6))):
        note, creator = draw(notes)
        kind = draw(st.sampled_from(list(ACTS)))
        events.append(
            act(
                kind, draw(minutes), note=note, creator=creator, reader=draw(readers), invalid=draw(invalids),
                event_id=f"act-{number}",
            )
        )  # fmt: skip
    return events


def followed(events: Sequence[Event], tenant: str | None, clock: str) -> dict[str, int]:
    """Count by hand: of every valid act, the last valid ad click before it, if it is near enough."""
    unique = {event.event_id: event for event in events}.values()
    counts = dict.fromkeys(ACTS.values(), 0)
    for one in unique:
        if one.kind not in ACTS or one.invalid:
            continue
        before = [
            two
            for two in unique
            if two.kind is Kind.CLICK and two.tenant and not two.invalid and two.reader == one.reader
            and (two.creator == one.creator if one.kind is Kind.FOLLOW else two.note == one.note)
            and 0 <= one.occurred_at_ms - two.occurred_at_ms < SPANS[one.kind]
        ]  # fmt: skip
        if not before:
            continue
        last = max(before, key=lambda two: (two.occurred_at_ms // 1_000, two.event_id))
        booked = day_of((last if clock == "billing" and one.kind is not Kind.FOLLOW else one).occurred_at_ms)
        if tenant in (None, last.tenant) and booked <= ASKED[clock].to_day:
            counts[ACTS[one.kind]] += 1
    return counts


@settings(max_examples=40)
@given(
    events=front(), clock=st.sampled_from(["billing", "event"]), tenant=st.sampled_from([A, B, None]), data=st.data()
)
def test_promise_2_acts_after_an_ad_click_are_what_a_hand_counts(
    events: list[Event], clock: str, tenant: str | None, data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
    stage = Stage(*data.draw(st.permutations([*events, *repeats])), credited=False)
    sight = Sight(tenant)  # type: ignore[arg-type]
    expected = followed(events, tenant, clock)
    found = {
        name: stage.insight.metric(sight, name, ASKED[clock]).figure.numerator
        for name in ("likes", "comments", "follows")
    }
    assert found == expected
    assert stage.insight.metric(sight, "engagement", ASKED[clock]).figure.numerator == sum(expected.values())


@st.composite
def back(draw: st.DrawFn) -> list[Event]:
    """Draw visits over more than a year, flags said and unsaid, and purchases of this item and that."""
    events: list[Event] = []
    for number in range(draw(st.integers(0, 5))):
        at = FIRST + draw(st.sampled_from([-366, -365, -364, -1, 0, 1, 2])) * DAY_MS + number * MINUTE_MS
        reader = draw(st.sampled_from(["reader-1", "reader-2", None]))
        events += [
            click(at, f"c-{number}", reader=reader),
            visit(
                at + MINUTE_MS, f"c-{number}", ref=f"v-{number}", event_id=f"visit-{number}",
                new_visitor=draw(st.sampled_from([True, False, None])),
            ),
        ]  # fmt: skip
    return events


@settings(max_examples=40)
@given(events=back(), data=st.data())
def test_promise_2_first_visits_and_flagged_ones_are_what_a_hand_counts(
    events: list[Event], data: st.DataObject
) -> None:
    stage = Stage(*data.draw(st.permutations(events)), credited=False)
    whose = {event.click_id: event.reader for event in events if event.kind is Kind.COMPONENT_CLICK}
    visits = sorted((one for one in events if one.kind is Kind.VISIT), key=lambda one: one.occurred_at_ms)
    asked = ASKED["event"]
    inside = [one for one in visits if asked.from_day <= day_of(one.occurred_at_ms) <= asked.to_day]
    first: set[tuple[str, object]] = set()
    for one in inside:
        reader = whose[one.click_id]
        earlier = [
            two for two in visits
            if whose[two.click_id] == reader and 0 < one.occurred_at_ms - two.occurred_at_ms <= 365 * DAY_MS
        ]  # fmt: skip
        if reader and not earlier:
            first.add((reader, day_of(one.occurred_at_ms)))
    flagged = {(whose[one.click_id] or one.click_id, day_of(one.occurred_at_ms)) for one in inside if one.new_visitor}
    if not visits:
        return
    nobody = [one for one in inside if whose[one.click_id] is None]
    told = stage.insight.metric(Sight.operator(), "first_visit_uv", asked).figure
    assert (told.numerator, told.partial) == (
        None if nobody and len(nobody) == len(inside) else len(first), bool(nobody)
    )  # fmt: skip
    unsaid = [one for one in inside if one.new_visitor is None]
    shops = stage.insight.metric(Sight.operator(), "new_visit_uv", asked).figure
    assert (shops.numerator, shops.partial) == (
        None if unsaid and len(unsaid) == len(inside) else len(flagged), bool(unsaid)
    )  # fmt: skip


def everything() -> Stage:
    """Give a log in which most things have happened once or twice."""
    clicks = [click("2025-05-01 10:00", "c-1"), click("2025-05-02 10:00", "c-2", reader="reader-2", note="note-2")]
    return Stage(
        impression("2025-05-01 09:00"), impression("2025-05-01 09:00", tenant=None, merchant=None, link=None, line=None),
        tap("2025-05-01 09:30"), act(Kind.READ, "2025-05-01 09:31", tenant=A), act(Kind.LIKE, "2025-05-01 09:32"),
        *clicks, visit("2025-05-01 10:02", "c-1"), visit("2025-05-02 10:05", "c-2", new_visitor=None),
        cart("2025-05-01 10:03", "c-1"), returned(Kind.OPEN, "2025-05-01 10:01", "c-1"),
        order("2025-05-01 10:50", "o-1-1", "c-1"),
        pay("2025-05-01 11:00", "o-1-1", 29_900, "c-1", commission_fen=600, claimed_elsewhere=True),
        pay("2025-05-02 11:00", "o-2-1", 10_000, "c-2", pay_item="item-a2", claimed_elsewhere=False),
        pay("2025-05-03 11:00", "o-3-1", 5_000, "c-2", kind=Kind.PRESALE_BALANCE, deposit_fen=500),
        pay("2025-05-02 12:00", "o-3-1", 500, "c-2", kind=Kind.PRESALE_DEPOSIT),
        refund("2025-05-03 09:00", "o-1-1", 9_900),
        cell("ud_daily", "2025-05-02", {"spend_fen": 100, "gmv_fen": 250}, platform="taobao"),
        charges=[charge(one) for one in clicks],
    )  # fmt: skip


STAGE = everything()


@pytest.mark.parametrize("name", METRICS)
def test_ATTR_6_every_defined_metric_can_be_asked_by_every_grain_and_its_days_add_up(name: str) -> None:
    answer = STAGE.insight.metric(Sight.operator(), name, ASKED["event"], by="day")
    assert answer.figure.definition.id == name
    assert len(answer.rows) == 4
    metric = REGISTRY.metric(name)
    stands = metric.measure is not None and metric.measure.rollup == "latest"
    if answer.figure.unit in {Unit.COUNT, Unit.FEN} and not stands:
        assert sum(row.figure.numerator or 0 for row in answer.rows) == (answer.figure.numerator or 0)
    by_note = STAGE.insight.metric(Sight.of(A), name, ASKED["billing"], by="note")
    assert {row.key for row in by_note.rows} <= {"note-1", "note-2"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("all_impressions", "2"), ("pae", "50.00%"), ("engagement", "1"), ("engagement_rate", "100.00%"),
        ("app_opens", "1"), ("ctes", "210.00"), ("shop_engagement", "1"),
        ("direct_purchases", "2"), ("indirect_purchases", "1"), ("direct_gmv", "349.00"), ("indirect_gmv", "100.00"),
        ("aov", "149.67"), ("rival_purchases", "1"), ("sole_purchases", "1"), ("service_fee", "6.00"),
        ("presale_deposit_fee", "5.00"), ("due_pay_fee", "50.00"), ("remaining_payment_fee", "45.00"),
        ("spend_cid", "1.00"), ("spend_ud", "0.00"), ("ud_roi", "2.50"), ("merchant_days", "1"), ("days", "4"),
        ("new_visit_uv", "1"), ("first_visit_uv", "2"), ("leads", "—"), ("leads_cpl", "—"), ("iroi", "—"),
    ],
)  # fmt: skip
def test_a_story_of_four_days_in_its_figures(name: str, text: str) -> None:
    assert STAGE.insight.metric(Sight.operator(), name, ASKED["billing"]).figure.text == text


def test_promise_9_what_belongs_to_no_tenant_is_known_to_nobody_but_the_operator() -> None:
    told = {
        sight.tenant: STAGE.insight.metric(sight, "organic_impressions", ASKED["billing"]).figure.text
        for sight in (Sight.of(A), Sight.operator())
    }
    assert told == {A: "—", None: "1"}


def test_pages_and_the_command_show_the_same_figures() -> None:
    page = STAGE.insight.overview(A, ASKED["billing"])
    shown = [
        *page.figures(),
        *(figure for step in page.steps for figure in (step.count, step.people, step.rate, step.cost)),
    ]
    for figure in filter(None, shown):
        assert STAGE.insight.metric(Sight.of(A), figure.name, ASKED["billing"]).figure == figure
