"""The funnel against a second, obvious implementation: any events, in any order, any number of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import HOUR_MS, day_of, instant
from insight.stage import A, B, Stage, cart, click, impression, query, visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.insight.contracts import Overview

FIRST = instant("2025-05-01 00:00")
CLICKS = ("c-1", "c-2", "c-3", "c-4")
tenants = st.sampled_from([A, A, A, B])
invalids = st.sampled_from([None, None, "bot"])
readers = st.sampled_from(["reader-1", "reader-2", None])
hours = st.integers(0, 71)


@st.composite
def happenings(draw: st.DrawFn) -> list[Event]:
    """Draw three days of two tenants: clicks of few readers, and what a shop says of them, corrections included."""
    events = [
        click(FIRST + draw(hours) * HOUR_MS, one, tenant=draw(tenants), reader=draw(readers), invalid=draw(invalids))
        for one in CLICKS[: draw(st.sampled_from([4, 2, 0]))]
    ]
    events += [
        impression(FIRST + draw(hours) * HOUR_MS, tenant=draw(tenants), invalid=draw(invalids))
        for _ in range(draw(st.integers(0, 3)))
    ]
    for number in range(draw(st.sampled_from([4, 2, 0]))):
        act, tenant, click_id = (
            draw(st.sampled_from([visit, cart])),
            draw(tenants),
            draw(st.sampled_from([*CLICKS, None, "other"])),
        )
        events += [
            act(
                FIRST + draw(hours) * HOUR_MS, click_id, tenant=tenant, ref=f"n-{number}", version=version,
                invalid=draw(invalids), event_id=f"ret:{act.__name__}:{tenant}:{number}:{9 - version}",
            )
            for version in range(1, draw(st.sampled_from([2, 1])) + 1)
        ]  # fmt: skip
    return events


def oracle(events: Sequence[Event], clock: str) -> dict[str, object]:
    """Count by hand what tenant A's funnel shows."""
    mine = {event.event_id: event for event in events if event.tenant == A}.values()
    clicks = {event.click_id: event for event in mine if event.kind is Kind.COMPONENT_CLICK and event.invalid is None}
    latest: dict[tuple[Kind, str | None], Event] = {}
    for event in sorted(mine, key=lambda event: event.version or 0):
        if event.kind in {Kind.VISIT, Kind.CART}:
            latest[event.kind, event.ref] = event
    found: dict[str, object] = {
        "impressions": sum(event.kind is Kind.IMPRESSION and event.invalid is None for event in mine),
        "component_clicks": len(clicks),
    }
    for kind, name in ((Kind.VISIT, "visits"), (Kind.CART, "carts")):
        acts = [
            act for (one, _), act in latest.items() if one is kind and act.invalid is None and act.click_id in clicks
        ]
        days = [day_of((clicks[act.click_id] if clock == "billing" else act).occurred_at_ms) for act in acts]
        people = {
            (clicks[act.click_id].reader or act.click_id, act.shop, day) for act, day in zip(acts, days, strict=True)
        }
        found[name] = (len(acts), len(people))
    return found if latest else {**found, "visits": (None, None), "carts": (None, None)}


def shown(overview: Overview) -> dict[str, object]:
    """Read the same off the page."""
    steps = {step.name: step for step in overview.steps}
    return {
        **{name: steps[name].count.numerator for name in ("impressions", "component_clicks")},
        **{
            name: (steps[name].count.numerator, people.numerator)
            for name in ("visits", "carts")
            if (people := steps[name].people) is not None
        },
    }


@settings(max_examples=60)
@given(events=happenings(), clock=st.sampled_from(["billing", "event"]), data=st.data())
def test_promise_2_the_funnel_is_what_a_hand_counts_whatever_the_order_of_arrival(
    events: list[Event], clock: str, data: st.DataObject
) -> None:
    asked = query("2025-05-01", "2025-05-03", clock=clock)
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
    shuffled = data.draw(st.permutations([*events, *repeats]))
    overview = Stage(*shuffled, credited=False).insight.overview(A, asked)
    assert shown(overview) == oracle(events, clock)
    for name in ("impressions", "component_clicks", "visits"):
        total = next(step.count.numerator for step in overview.steps if step.name == name)
        assert sum(getattr(point, name) or 0 for point in overview.series) == (total or 0)
