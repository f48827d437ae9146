"""The manual's sentences, each as the rule that it became: exact to the digit, and nothing guessed."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.shops import JUDGED, failing, judged, other_reading, score, shop
from hongmao.eligibility.contracts import Badge, Facts, Outcome, ShopKind, Status
from hongmao.eligibility.errors import ScoreUnreadable
from hongmao.eligibility.rules import read_score
from hongmao.kernel.time import DAY_MS, HOUR_MS

TEXTS = st.integers(0, 50_000).flatmap(
    lambda ten_thousandths: st.sampled_from(
        [f"{Decimal(ten_thousandths) / 10_000:.4f}", f"{Decimal(ten_thousandths) / 10_000:f}"]
    )
)


@given(text=TEXTS)
def test_ELIG_1_a_score_passes_exactly_from_the_bar_on(text: str) -> None:
    whole, _, part = text.partition(".")
    reaches = int(whole) * 10_000 + int(part.ljust(4, "0")) >= 45_000
    assert (judged(shop("taobao", {"experience": text})).status is Status.PASS) is reaches


@pytest.mark.parametrize(("text", "status"), [("4.4999", "reject"), ("4.50", "pass"), ("4.5", "pass"), ("5", "pass")])
def test_ELIG_1_no_score_is_rounded(text: str, status: str) -> None:
    assert judged(shop("taobao", {"experience": text})).status == status


UNREADABLE = [
    "4.5 ", " 4.5", "４．５", "4.49999999999", "4,5", "4.5.0", "+4.5", "-0", "4.", ".5", "", "NaN", "nan", "Infinity", "1e0",
    "5.0001", "6", "05", "4.5\n", "٤.٥", 4.5, 4.499999, 5, True, None, Decimal("4.5"), b"4.5",
]  # fmt: skip


@pytest.mark.parametrize("told", UNREADABLE, ids=repr)
def test_ELIG_1_what_is_no_exact_text_is_refused_with_its_place(told: object) -> None:
    with pytest.raises(ScoreUnreadable) as caught:
        read_score(told, place="scores.csv:7 experience")
    assert "scores.csv:7 experience" in caught.value.message("zh")
    assert "4.5" in caught.value.hint("en")


def test_ELIG_1_a_float_never_reaches_a_comparison() -> None:
    with pytest.raises(ScoreUnreadable):
        judged(shop("taobao", {"experience": 4.5}))  # type: ignore[dict-item]


@pytest.mark.parametrize(("scores", "status"), [({"experience": "4.49"}, "reject"), ({"experience": "4.50"}, "pass")])
def test_ELIG_2_article_row_47_taobao_asks_for_the_experience_score(scores: dict[str, str], status: str) -> None:
    assert judged(shop("taobao", scores)).status == status


def test_ELIG_2_a_score_that_nobody_told_is_not_proven() -> None:
    found = judged(shop("taobao", {"composite_star": "5"}))
    assert found.status is Status.REJECT
    assert [(one.what, one.found, one.outcome) for one in found.findings if not one.ok] == [
        ("experience", "—", Outcome.NOT_PROVEN)
    ]


STAR_AND_THREE = [
    ("4.4", ("4.5", "4.6", "4.7"), "pass", []),
    ("4.4", ("4.5", "4.6", "4.4"), "reject", [("composite_star", "4.4"), ("service", "4.4")]),
    ("4.5", ("1", "1", "1"), "pass", None),
    ("4.4", ("4.5", "4.6", None), "reject", [("composite_star", "4.4"), ("service", "—")]),
    (None, ("4.5", "4.5", "4.5"), "pass", None),
    (None, (None, None, None), "reject", None),
]


@pytest.mark.parametrize(("platform", "kind"), [("tmall", None), ("tmall", "self_operated"), ("jd", "marketplace")])
@pytest.mark.parametrize(("star", "three", "status", "low"), STAR_AND_THREE)
def test_ELIG_3_article_row_48_the_star_or_all_three_scores(
    platform: str,
    kind: str | None,
    star: str | None,
    three: tuple[str | None, ...],
    status: str,
    low: list[tuple[str, str]] | None,
) -> None:
    told = dict(zip(("composite_star", "goods", "logistics", "service"), (star, *three), strict=True))
    facts = shop(platform, {name: value for name, value in told.items() if value is not None}, kind=kind)
    found = judged(facts)
    assert found.status == status
    # Every criterion is listed, met or not, whichever alternative was enough.
    assert [one.what for one in found.findings] == ["category", "composite_star", "goods", "logistics", "service"]
    if low:
        assert failing(facts) == low


def test_ELIG_4_article_row_49_what_the_manual_does_not_cover_is_left_to_a_person() -> None:
    perfect = dict.fromkeys(("experience", "composite_star", "goods", "logistics", "service"), "5")
    covered = {("taobao", None), ("tmall", None), ("jd", "marketplace"), ("pdd", "none"), ("xhs", None)}
    platforms = ("taobao", "tmall", "jd", "pdd", "vip", "xhs", "sandbox", "media", "star", "douyin", "")
    for platform, kind, badge in itertools.product(platforms, (None, *ShopKind), (None, *Badge)):
        found = judged(shop(platform, perfect, kind=kind, badge=badge))
        told = {"jd": kind, "pdd": badge}.get(platform)
        expected = Status.PASS if (platform, told) in covered else Status.MANUAL
        assert found.status is expected, (platform, kind, badge)
        if expected is Status.MANUAL:
            assert [one.outcome for one in found.findings if not one.ok] == [Outcome.PERSON]


PDD = [
    ("none", "4.5", "pass", "pass"),
    ("none", "4.4", "reject", "reject"),
    ("official", "4.5", "manual", "pass"),
    ("official", "4.4", "manual", "reject"),
    ("brand", "4.5", "manual", "manual"),
    (None, "4.5", "manual", "manual"),
]


@pytest.mark.parametrize(("badge", "star", "first", "other"), PDD)
def test_ELIG_5_article_row_49_the_reading_of_the_badges_is_a_field_of_the_file(
    badge: str | None, star: str, first: str, other: str
) -> None:
    facts = shop("pdd", {"composite_star": star}, badge=badge)
    assert (judged(facts).status, judged(facts, by=other_reading()).status) == (first, other)


def test_the_community_s_own_shops_need_no_score() -> None:
    assert judged(shop("xhs")).status is Status.PASS


def test_somebody_s_word_goes_to_a_person_and_outshines_no_fresh_word_of_the_platform() -> None:
    page = score("experience", "4.9", source="page", at_ms=JUDGED)
    assert judged(Facts(platform="taobao", category="美妆个护", scores=(page,))).status is Status.MANUAL
    told = score("experience", "4.4")
    assert judged(Facts(platform="taobao", category="美妆个护", scores=(page, told))).status is Status.REJECT
    old = score("experience", "4.8", at_ms=JUDGED - 8 * DAY_MS)
    assert judged(Facts(platform="taobao", category="美妆个护", scores=(page, old))).status is Status.MANUAL


def test_of_two_scores_of_one_instant_the_lower_counts_whichever_came_first() -> None:
    high, low = score("experience", "4.6"), score("experience", "4.4", source="file")
    for scores in ((high, low), (low, high)):
        assert judged(Facts(platform="taobao", category="美妆个护", scores=scores)).status is Status.REJECT


HOURS = st.integers(0, 24 * 14)
SCORES = st.builds(
    score,
    st.sampled_from(["composite_star", "goods", "logistics", "service"]),
    st.sampled_from(["4.4", "4.5", "4.6"]),
    source=st.sampled_from(["api", "file", "page", "typed"]),
    at_ms=HOURS.map(lambda hours: JUDGED - hours * HOUR_MS),
)


@given(scores=st.lists(SCORES, max_size=6), later=st.integers(0, 24 * 12))
def test_until_it_says_so_age_alone_changes_no_verdict(scores: list[object], later: int) -> None:
    facts = Facts(platform="tmall", category="美妆个护", scores=tuple(scores))  # type: ignore[arg-type]
    now = judged(facts)
    at_ms = JUDGED + later * HOUR_MS
    if now.until_ms is None or at_ms < now.until_ms:
        assert judged(facts, at_ms).findings == now.findings
    elif later == 0:
        pytest.fail("it ends before it begins")
