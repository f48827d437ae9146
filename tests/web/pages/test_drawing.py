"""Covers and small pictures: well-formed, the same every time, true to their numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.web.pages.charts import balance, funnel, sparkline, way
from hongmao.web.pages.covers import MOTIFS, SHAPES, Cover, choose, draw, read_name
from hongmao.web.pages.format import Formats
from hongmao.web.pages.forms import own_path

COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=1, max_size=40)


@pytest.mark.parametrize("motif", MOTIFS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_motif_draws_well_formed_svg_of_its_size(motif: str, shape: str) -> None:
    cover = Cover(motif, "0123456789", shape)
    picture = ET.fromstring(draw(cover))  # noqa: S314 - our own drawing
    assert picture.get("viewBox") == f"0 0 300 {cover.height}"
    assert draw(cover) == draw(cover)
    assert len(draw(cover)) < 9_000
    assert not any("style" in element.attrib or "href" in element.attrib for element in picture.iter())


@given(st.text(max_size=80), st.text(max_size=30), st.text(max_size=80))
def test_any_note_gets_a_cover_whose_name_leads_back_to_it(cover: str, topic: str, title: str) -> None:
    chosen = choose(cover=cover, topic=topic, title=title)
    assert read_name(chosen.name) == chosen
    assert chosen == choose(cover=cover, topic=topic, title=title)


@given(st.text(max_size=60))
def test_a_name_that_we_did_not_make_draws_nothing(name: str) -> None:
    found = read_name(name)
    assert found is None or found.name == name


def test_a_cover_is_about_what_its_note_is_about() -> None:
    assert choose(cover="n", topic="大健康", title="睡眠眼罩：第二次回购").motif == "eye-mask"
    assert choose(cover="n", topic="运动户外", title="周末去哪儿").motif in {
        "mountains",
        "bicycle",
        "running-shoe",
        "flask",
        "tent",
    }
    assert choose(cover="n", topic="", title="随便写写").motif in MOTIFS


@given(COUNTS)
def test_the_funnel_is_as_high_as_its_counts_in_order(counts: list[int | None]) -> None:
    heights = funnel.heights(counts)
    assert all(0 <= height <= 1 for height in heights)
    for (count, height), (other, other_height) in pairwise(sorted(zip((c or 0 for c in counts), heights, strict=True))):
        assert count <= other
        assert height <= other_height
    assert [height == 0 for height in heights] == [not count for count in counts]
    assert len(funnel.steps(counts)) == len(counts)


@given(COUNTS)
def test_a_sparkline_stays_in_its_box_and_breaks_where_nothing_is_known(counts: list[int | None]) -> None:
    known = [count for count in counts if count is not None]
    text = str(sparkline.draw(counts))
    if len(known) < 2:
        assert text == ""
        return
    runs = [line.get("points", "").split() for line in ET.fromstring(text).iter() if line.get("class") == "spark-line"]  # noqa: S314
    points = [tuple(map(float, point.split(","))) for run in runs for point in run]
    assert len(points) == len(known)
    assert all(0 <= x <= sparkline.WIDTH and 0 <= y <= sparkline.HEIGHT for x, y in points)


PARTS = st.lists(st.one_of(st.none(), st.integers(0, 1_000_000)), min_size=1, max_size=60)


@given(PARTS)
def test_a_way_has_a_mark_for_each_of_the_last_touches_as_large_as_its_part(parts: list[int | None]) -> None:
    shown = parts[-way.TOUCHES_MAX :]
    picture = ET.fromstring(str(way.draw(parts)))  # noqa: S314 - our own drawing
    marks = [one for one in picture.iter() if one.get("class") in {"part", "none", "out"}]
    assert [one.get("class") for one in marks] == [
        "out" if part is None else "part" if part else "none" for part in shown
    ]
    sized = sorted((part, float(one.get("r", "0"))) for part, one in zip(shown, marks, strict=True) if part)
    assert all(smaller[1] <= larger[1] for smaller, larger in pairwise(sized))
    assert all(0 < float(one.get("cx", "1")) < float(picture.get("width", "0")) for one in marks)


@given(st.one_of(st.none(), st.integers(-(10**9), 10**9)), st.integers(0, 10**9))
def test_a_balance_leans_to_its_side_and_stays_in_its_box(value: int | None, most: int) -> None:
    text = str(balance.draw(value, most=most))
    if value is None or most == 0:
        assert text == ""
        return
    (bar,) = [one for one in ET.fromstring(text).iter() if one.get("class") in {"more", "less"}]  # noqa: S314
    start, long = float(bar.get("x", "")), float(bar.get("width", ""))
    assert -0.1 <= start <= start + long <= balance.WIDTH + 0.1
    assert bar.get("class") == ("less" if value < 0 else "more")


@given(st.text(max_size=60))
def test_a_path_of_ours_leads_nowhere_else(text: str) -> None:
    path = own_path(text, "/safe")
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not any(ord(char) < 33 for char in path)


@pytest.mark.parametrize(
    ("length_ms", "zh", "en"),
    [
        (None, "—", "—"),
        (0, "不到 1 秒", "under 1 s"),
        (999, "不到 1 秒", "under 1 s"),
        (59_000, "59 秒", "59 s"),
        (7_500_000, "2 小时 5 分", "2 h 5 min"),
        (3_600_000 + 1_000, "1 小时", "1 h"),
        (86_400_000 * 3, "3 天", "3 d"),
        (-60_000, "1 分", "1 min"),
    ],
)
def test_lengths_of_time_read_by_their_two_largest_parts(length_ms: int | None, zh: str, en: str) -> None:
    assert (Formats("zh").span(length_ms), Formats("en").span(length_ms)) == (zh, en)


@pytest.mark.parametrize(
    ("millionths", "plain", "signed"),
    [
        (None, "—", "—"),
        (0, "0", "0"),
        (3_000_000, "3", "+3"),
        (333_333, "0.33", "+0.33"),
        (-1_500_000, "-1.50", "-1.50"),
        (4, "0.00", "0.00"),
        (-4, "0.00", "0.00"),
        (999_999, "1.00", "+1.00"),
        (1_234_500_000, "1,234.50", "+1,234.50"),
    ],
)
def test_conversions_are_written_whole_or_to_two_decimals(millionths: int | None, plain: str, signed: str) -> None:
    formats = Formats("zh")
    assert (formats.credit(millionths), formats.credit(millionths, signed=True)) == (plain, signed)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(None, "—"), (0, "¥0.00"), (5, "¥0.05"), (-80, "-¥0.80"), (269_423, "¥2,694.23"), (10**13, "¥100,000,000,000.00")],
)
def test_money_is_written_in_yuan(fen: int | None, text: str) -> None:
    assert Formats("zh").yuan(fen) == text


def test_shares_and_moments_of_nothing_are_unknown() -> None:
    formats = Formats("en")
    assert (formats.share(20, 146), formats.share(1, 0), formats.share(None, 3)) == ("13.70%", "—", "—")
    assert (formats.moment(None), formats.minute(None), formats.day(None), formats.count(None)) == ("—",) * 4
    assert formats.moment(1_746_583_200_000) == "2025-05-07 10:00:00"
