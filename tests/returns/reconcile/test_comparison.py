"""What the shop says against what was returned: every difference named, by day and line, equal to ten obvious lines."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import DAY_MS, day_of
from hongmao.returns.reconcile.contracts import Difference
from returns.reconcile.stage import DAY_0, QUERY, click, compared, fact


def test_a_day_on_which_all_agrees(tmp_path: Path) -> None:
    facts = [fact("o-1-1", click_id="c-1"), fact("o-1-1", Kind.REFUND, fen=900, at_ms=DAY_0 + 5, click_id="c-1")]
    with compared(tmp_path, returned=[click("c-1"), *facts], pulled=facts) as found:
        (line,) = found.lines(QUERY)
        assert (line.day, line.line) == ("2025-05-07", "cid")
        assert (line.pulled, line.returned, line.same, line.refunds) == (2, 2, 2, 1)
        assert (line.missing, line.extra, line.repriced, line.without_click) == (0, 0, 0, 0)
        assert (line.pulled_fen, line.returned_fen) == (9_900, 9_900)
        assert found.differences(QUERY, limit=9) == []


def test_each_kind_of_difference_is_named_with_what_both_sides_say(tmp_path: Path) -> None:
    returned = [fact("o-1"), fact("o-2"), fact("o-3")]
    pulled = [fact("o-1"), fact("o-2", fen=8_800), fact("o-4", fen=100)]
    with compared(tmp_path, returned=returned, pulled=pulled) as found:
        told = {
            one.sub_order_id: (one.difference, one.pulled_fen, one.returned_fen)
            for one in found.differences(QUERY, limit=9)
        }
        assert told == {
            "o-2": (Difference.REPRICED, 8_800, 9_900),
            "o-3": (Difference.EXTRA, None, 9_900),
            "o-4": (Difference.MISSING, 100, None),
        }
        assert found.count_differences(QUERY) == 3
        (line,) = found.lines(QUERY)
        assert (line.line, line.without_click) == (None, 3)


def test_a_corrected_row_counts_by_its_latest_version_on_both_sides(tmp_path: Path) -> None:
    old, new = fact("o-1", fen=100), fact("o-1", fen=90, version=7)
    with compared(tmp_path, returned=[new, old], pulled=[old, new]) as found:
        (line,) = found.lines(QUERY)
        assert (line.same, line.returned_fen) == (1, 90)


def test_two_refunds_of_one_sub_order_are_two_facts(tmp_path: Path) -> None:
    refunds = [fact("o-1", Kind.REFUND, fen=100, ref=f"r-{n}") for n in (1, 2)]
    with compared(tmp_path, returned=refunds[:1], pulled=refunds) as found:
        (one,) = found.differences(QUERY, limit=9)
        assert (one.difference, one.ref) == (Difference.MISSING, "r-2")


def test_a_fact_whose_time_was_corrected_is_one_fact_on_the_day_the_shop_says(tmp_path: Path) -> None:
    late_evening, next_day = DAY_0 + DAY_MS - 1, DAY_0 + DAY_MS
    with compared(tmp_path, returned=[fact("o-1", at_ms=late_evening)], pulled=[fact("o-1", at_ms=next_day)]) as found:
        (line,) = found.lines(QUERY)
        assert (line.day, line.same) == ("2025-05-08", 1)


def test_lines_are_kept_apart_by_the_click_that_pays(tmp_path: Path) -> None:
    facts = [fact("o-1", click_id="c-1"), fact("o-2", click_id="c-2"), fact("o-3", click_id="c-9")]
    with compared(tmp_path, returned=[click("c-1"), click("c-2", line="ud"), *facts], pulled=facts) as found:
        assert [(one.line, one.same) for one in found.lines(QUERY)] == [("cid", 1), ("ud", 1), (None, 1)]


def test_another_tenants_facts_are_nobodys_difference(tmp_path: Path) -> None:
    with compared(tmp_path, returned=[fact("o-1", tenant="tenant-2")], pulled=[]) as found:
        assert found.lines(QUERY) == []


def test_claims_of_others_and_lateness_are_counted_and_never_hide_a_fact(tmp_path: Path) -> None:
    claimed = fact("o-1", claimed_elsewhere=True, received_at_ms=DAY_0 + DAY_MS + 1)
    with compared(tmp_path, returned=[claimed], pulled=[claimed]) as found:
        (line,) = found.lines(QUERY)
        assert (line.same, line.claimed_elsewhere, line.late) == (1, 1, 1)


def test_how_sending_on_ended_stands_beside(tmp_path: Path) -> None:
    paid = fact("o-1")
    ends = [
        Event(
            event_id=f"out:{n}",
            kind=Kind.SENT_ON,
            occurred_at_ms=DAY_0 + n,
            platform="sandbox",
            tenant="tenant-1",
            ref=f"target-{n}",
            outcome=outcome,
            detail=f'{{"event_id":"{paid.event_id}"}}',
        )
        for n, outcome in enumerate(("delivered", "dead", "sampled_out", "delivered"))
    ]
    with compared(tmp_path, returned=[paid, *ends], pulled=[paid]) as found:
        (line,) = found.lines(QUERY)
        assert (line.sent_delivered, line.sent_dead, line.sent_sampled_out) == (2, 1, 1)


def test_an_empty_lake_and_an_empty_shop_agree_on_nothing(tmp_path: Path) -> None:
    with compared(tmp_path, returned=[], pulled=[]) as found:
        assert found.lines(QUERY) == []
        assert found.count_differences(QUERY) == 0


_FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["o-1", "o-2", "o-3"]),
        st.sampled_from([Kind.PAY, Kind.REFUND]),
        fen=st.sampled_from([100, 200]),
        at_ms=st.sampled_from([DAY_0, DAY_0 + DAY_MS, DAY_0 + 5 * DAY_MS]),
        version=st.integers(1, 3),
    ),
    max_size=8,
    unique_by=lambda event: event.event_id,
)


def latest(facts: list[Event]) -> dict[tuple[str, str | None], Event]:
    ordered = sorted(facts, key=lambda one: one.version or 1)
    return {(one.kind, one.sub_order_id): one for one in ordered}


@settings(max_examples=60, deadline=None)
@given(_FACTS, _FACTS)
def test_the_counts_are_those_of_ten_obvious_lines(returned: list[Event], pulled: list[Event]) -> None:
    ours, theirs = latest(returned), latest(pulled)
    expected: Counter[tuple[str, str]] = Counter()
    for key in ours.keys() | theirs.keys():
        known = theirs.get(key) or ours[key]
        if QUERY.start_ms <= known.occurred_at_ms < QUERY.end_ms:
            same = key in ours and key in theirs and ours[key].amount_fen == theirs[key].amount_fen
            kind = (
                "same"
                if same
                else "repriced"
                if key in ours and key in theirs
                else "missing"
                if key in theirs
                else "extra"
            )
            expected[day_of(known.occurred_at_ms).isoformat(), kind] += 1
    with tempfile.TemporaryDirectory() as folder, compared(Path(folder), returned=returned, pulled=pulled) as found:
        lines = found.lines(QUERY)
    names = ("same", "missing", "extra", "repriced")
    assert Counter({(one.day, name): getattr(one, name) for one in lines for name in names}) == expected


@pytest.mark.parametrize("text", ["o'1", 'o"1', "o;--"])
def test_odd_numbers_of_orders_are_only_numbers(tmp_path: Path, text: str) -> None:
    with compared(tmp_path, returned=[fact(text)], pulled=[fact(text)]) as found:
        assert found.lines(QUERY)[0].same == 1
