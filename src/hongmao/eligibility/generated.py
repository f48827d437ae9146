"""Shops by lot, for a house that has none to try a draft on. The same seed gives the same shops on every machine.

The shares are made up: enough of every platform, kind and badge that each sentence of the manual has shops on both sides
of its bar. No figure about real shops follows from them.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from hongmao.eligibility.contracts import Badge, Facts, QualFact, ScoreFact, ScoreName, ScoreSource, ShopKind
from hongmao.kernel.time import HOUR_MS, day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOPS_MAX: Final = 100_000
_PLATFORMS: Final = ("taobao", "taobao", "tmall", "tmall", "jd", "jd", "pdd", "pdd", "pdd", "vip")
_KINDS: Final = (*[ShopKind.MARKETPLACE] * 3, ShopKind.SELF_OPERATED, None)
_BADGES: Final = (Badge.NONE, Badge.NONE, Badge.OFFICIAL, Badge.BRAND, None)
_CATEGORIES: Final = ("美妆个护", "母婴亲子", "运动户外", "大健康", "食品", None)
_SOURCES: Final = (*[ScoreSource.API] * 8, ScoreSource.FILE, ScoreSource.PAGE)
_TOLD_OF_TEN: Final = 9  # nine scores of ten are told
_AGE_HOURS: Final = 24 * 12  # some are too old, some past their grace
_FROM_TENTHS: Final = 41
_TO_TENTHS: Final = 50


def shops(count: int, *, seed: int, at_ms: int) -> Iterator[tuple[str, Facts]]:
    """Draw shops, each with its name and what is known of it at an instant."""
    lot = random.Random(seed)  # noqa: S311 - shops to try rules on, and the same ones every time
    for number in range(1, min(count, SHOPS_MAX) + 1):
        yield f"generated-{number:05d}", _shop(lot, at_ms)


def _shop(lot: random.Random, at_ms: int) -> Facts:
    platform = lot.choice(_PLATFORMS)
    kind = lot.choice(_KINDS) if platform == "jd" else ShopKind.MARKETPLACE
    badge = lot.choice(_BADGES) if platform == "pdd" else None
    category = lot.choice(_CATEGORIES)
    names = (
        [ScoreName.EXPERIENCE] if platform == "taobao" else [name for name in ScoreName if name != ScoreName.EXPERIENCE]
    )
    drawn = [_score(lot, name, at_ms) for name in names]
    return Facts(
        platform=platform,
        kind=kind.value if kind else None,
        badge=badge.value if badge else None,
        category=category,
        scores=tuple(score for score in drawn if score is not None),
        qualifications=_papers(lot, at_ms) if category == "大健康" else (),
    )


def _score(lot: random.Random, name: ScoreName, at_ms: int) -> ScoreFact | None:
    tenths, hundredths = lot.randint(_FROM_TENTHS, _TO_TENTHS), lot.randint(0, 9)
    source, hours, told = lot.choice(_SOURCES), lot.randint(0, _AGE_HOURS), lot.randint(1, 10) <= _TOLD_OF_TEN
    value = f"{tenths // 10}.{tenths % 10}{hundredths if tenths < _TO_TENTHS else 0}"
    observed_at_ms = at_ms - hours * HOUR_MS
    return ScoreFact(name=name, value=value, source=source, observed_at_ms=observed_at_ms) if told else None


def _papers(lot: random.Random, at_ms: int) -> tuple[QualFact, ...]:
    year = day_of(at_ms).year
    ends = lot.choice((year - 1, year, year + 1))
    paper = QualFact(
        kind="approval_number",
        subject="大健康",
        number=f"{lot.randint(10**7, 10**8 - 1)}",
        valid_from=f"{year - 2}-01-01",
        valid_to=f"{ends}-12-31",
    )
    return (paper,) if lot.randint(1, 10) <= _TOLD_OF_TEN else ()
