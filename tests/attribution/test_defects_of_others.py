"""Mistakes that open attribution code makes in public, each as a story that ends well here.

What is described was read in the public sources named; no line of them is used.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from attribution.stage import Stage, click, pay, shop
from hongmao.cli.attribute import attribute
from hongmao.events.contracts import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WINDOWS = ("24h", "7d", "15d", "30d")


def attributed(folder: Path, touches: Sequence[str], conversions: Sequence[str], *more: str) -> dict[str, Any]:
    """Attribute two small files by last touch, and give the whole answer."""
    (folder / "t.csv").write_text("\n".join(["reader,time,key", *touches]))
    (folder / "c.csv").write_text("\n".join(["reader,time,id,value", *conversions]))
    flags = ("--conversion-id", "id", "--conversion-value", "value", "--json", "--lang", "en")
    result = CliRunner().invoke(attribute, [str(folder / "t.csv"), str(folder / "c.csv"), *flags, *more])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def earned(answer: dict[str, Any], label: str = "last") -> dict[str, float]:
    return {key: share["conversions"] for key, share in answer["models"][label].items()}


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_a_later_click_does_not_hide_the_one_that_led_to_the_order(arrival: tuple[int, ...]) -> None:
    """TencentAd/attribution keeps one click per person and id: the next click takes its place.

    An order that was paid between two clicks, and is told after the second, then finds only the second, which is
    refused for being too late (`validation/filter.go`), and nobody earns it.
    """
    # 7 May: she reads note-1 in the morning, orders at noon, and taps note-2 in the evening.
    morning = click("2025-05-07 09:00", "c-1")
    evening = click("2025-05-07 20:00", "c-2", note="note-2")
    noon = pay("2025-05-07 12:00", "o1-1", 9_900, "c-1")
    # Whichever of the three arrives last, the order belongs to the morning's note.
    told = [morning, evening, noon]
    (row,) = Stage([told[place] for place in arrival]).credits(window="24h")
    assert (row["note"], row["credit_millionths"], row["value_fen"]) == ("note-1", 1_000_000, 9_900)


def test_a_later_click_does_not_hide_the_earlier_one_in_files_either(tmp_path: Path) -> None:
    touches = ["r1,2025-05-07 09:00,morning", "r1,2025-05-07 20:00,evening"]
    for order in (touches, touches[::-1]):
        assert earned(attributed(tmp_path, order, ["r1,2025-05-07 12:00,o1,99"])) == {"morning": 1}


def test_no_window_is_built_in(tmp_path: Path) -> None:
    """TencentAd/attribution closes every click after 86400 x 7 seconds, a constant in `validation/filter.go`.

    A window here is a line of a dated definition, and every one of them is computed in the same run.
    """
    # 7 May 10:00: she reads. 15 May 10:00, eight days later: she buys.
    stage = Stage([click("2025-05-07 10:00", "c-1"), pay("2025-05-15 10:00", "o1-1", 9_900, "c-1")])
    notes = {row["window"]: row["note"] for row in stage.credits(window=None)}
    assert {window: notes[window] for window in WINDOWS} == {
        "24h": None, "7d": None, "15d": "note-1", "30d": "note-1",
    }  # fmt: skip
    touches, conversions = ["r1,2025-05-07 10:00,a"], ["r1,2025-05-15 10:00,o1,99"]
    assert earned(attributed(tmp_path, touches, conversions)) == {"a": 1}
    for window, winner in (("7d", "(none)"), ("8d", "(none)"), ("9d", "a"), ("15d", "a")):
        assert earned(attributed(tmp_path, touches, conversions, "--window", window)) == {winner: 1}


def test_an_order_in_the_instant_of_its_click_is_not_lost(tmp_path: Path) -> None:
    """TencentAd/attribution refuses a click that is not strictly older than the order, and its clock counts seconds."""
    stage = Stage([click("2025-05-07 10:00", "c-1"), pay("2025-05-07 10:00", "o1-1", 9_900, "c-1")])
    (row,) = stage.credits(window="24h")
    assert row["note"] == "note-1"
    assert earned(attributed(tmp_path, ["r1,2025-05-07 10:00,a"], ["r1,2025-05-07 10:00,o1,99"])) == {"a": 1}


def test_what_nobody_earned_is_counted_once() -> None:
    """OpenAttribution/open-attribution makes one install of each pair of person and device id, and all are organic.

    Its overview (`daily_overview_mv.sql`) adds up every such row whose person is in no attributed row. Who allowed the
    device id on the second day is then two organic installs, though there was one.
    """
    # 7 May: an order nobody led to, told twice by the shop under two event ids.
    first = pay("2025-05-07 10:00", "o1-1", 9_900, None, event_id="evt-1")
    again = pay("2025-05-07 10:00", "o1-1", 9_900, None, event_id="evt-2", received_at_ms=first.occurred_at_ms + 60_000)
    # The same day: an order that note-1 led to.
    touched = [click("2025-05-07 09:00", "c-1"), pay("2025-05-07 10:00", "o2-1", 5_000, "c-1")]
    for told in ([first, *touched], [first, again, *touched], [*touched, again, first, first]):
        rows = Stage(told).credits(window=None)
        for window in WINDOWS:
            counted = [row for row in rows if row["window"] == window and row["entry"] == "pay"]
            organic = [row["credit_millionths"] for row in counted if row["note"] is None]
            assert sum(organic) == 1_000_000
            assert sum(row["credit_millionths"] for row in counted) == 2_000_000


def test_a_files_organic_share_and_the_earned_ones_add_up_to_the_orders(tmp_path: Path) -> None:
    touches = ["r1,2025-05-07 09:00,a", "r1,2025-05-07 09:30,b"]
    conversions = ["r1,2025-05-07 10:00,o1,99", "dev-1,2025-05-07 10:00,o2,1", "dev-2,2025-05-07 10:01,o2,1"]
    answer = attributed(tmp_path, touches, conversions, "--models", "last,first")
    inputs = answer["inputs"]
    assert (inputs["conversion_rows"], inputs["conversions"], inputs["conversions_quarantined"]) == (3, 2, 1)
    assert earned(answer, "last") == {"b": 1, "(none)": 1}
    assert earned(answer, "first") == {"a": 1, "(none)": 1}


def test_a_refund_is_signed_and_never_dropped() -> None:
    """snowplow/dbt-snowplow-attribution takes conversions `cv_value > 0` unless told otherwise: a refund is no row.

    Here it is an entry of its own with a sign, on the note that the payment went to and on its own day.
    """
    stage = Stage(
        [
            click("2025-05-07 09:00", "c-1"),
            pay("2025-05-07 10:00", "o1-1", 9_900, "c-1"),
            # 9 May: half of it goes back. 10 May: the rest.
            shop(Kind.REFUND, "2025-05-09 10:00", "o1-1", 4_900, ref="r-1"),
            shop(Kind.REFUND, "2025-05-10 10:00", "o1-1", 5_000, ref="r-2"),
        ]
    )
    rows = [row for row in stage.credits(window="7d") if row["note"] == "note-1"]
    assert [(row["entry"], str(row["event_day"]), row["value_fen"]) for row in rows] == [
        ("pay", "2025-05-07", 9_900),
        ("refund", "2025-05-09", -4_900),
        ("refund", "2025-05-10", -5_000),
    ]
    assert sum(row["value_fen"] for row in rows) == 0
    assert sum(row["credit_millionths"] for row in rows) == 1_000_000
