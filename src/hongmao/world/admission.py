"""Admission (准入) of the city's shops: what is told of them every morning, their papers, a person's word, the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import DAY_MS, HOUR_MS, day_of, into_day_ms, iso
from hongmao.world.spec import TOPICS
from hongmao.world.truth import share

if TYPE_CHECKING:
    from hongmao.world.spec import Plan, Store
    from hongmao.world.wire import Line

TOLD_AT_MS: Final = 9 * HOUR_MS  # the platforms' scores of a day are out in the morning
PAPERS: Final = {"大健康": "approval_number"}
"""Which paper a topic's shops must have."""
_STARS: Final = ("composite_star", "goods", "logistics", "service")
_SCORES: Final = {"taobao": ("experience",), "tmall": _STARS, "jd": _STARS, "pdd": ("composite_star",)}
_RULED_ON: Final = frozenset({"vip", "sandbox"})
"""Platforms that the manual does not speak of: a person has looked at these shops."""
_LOW_SHOP, _LOW_DAYS = "shop-3", range(12, 15)
"""A shop whose parcels come late for three days, and which rests until its scores are good again."""


def admit(plan: Plan, platform: Line) -> None:
    """Say everything of the shops that the manual asks for, then open the programme to whoever passes."""
    for brand in range(len(plan.brands)):
        if paper := PAPERS.get(TOPICS[brand]):
            _show_paper(plan, brand, paper, platform)
    for store in plan.stores:
        tenant = {"tenant": f"tenant-{store.brand + 1}"}
        badge = "none" if store.platform == "pdd" else None
        facts = {"kind": "marketplace", "badge": badge, "category": TOPICS[store.brand], "source": "api"}
        platform.add(f"/v1/shops/{store.id}/facts", {**tenant, **facts})
        if store.platform in _RULED_ON:
            word = {"passed": True, "why": "已核对营业执照与售后记录"}
            platform.add(f"/v1/shops/{store.id}/ruling", {**tenant, **word})
    tell_scores(plan, platform, plan.start_ms)
    platform.add("/v1/eligibility/stage", {"stage": "open", "why": "内测结束，符合准入条件的店铺均可投放"})


def tell_scores(plan: Plan, platform: Line, at_ms: int) -> None:
    """Tell every shop's scores of this day."""
    day = (at_ms - plan.start_ms) // DAY_MS
    for store in plan.stores:
        if names := _SCORES.get(store.platform, ()):
            scores = [
                {"name": name, "value": score_of(plan, store, name, day), "observed_at": iso(at_ms), "source": "api"}
                for name in names
            ]
            platform.add(f"/v1/shops/{store.id}/scores", {"tenant": f"tenant-{store.brand + 1}", "scores": scores})


def is_hour_of_scores(at_ms: int) -> bool:
    """Tell whether this instant is when a day's scores come out."""
    return into_day_ms(at_ms) == TOLD_AT_MS


def score_of(plan: Plan, store: Store, name: str, day: int) -> str:
    """Give a shop's score of a day as its platform shows it: two decimals, good but for the days of one shop's trouble."""
    low = store.id == _LOW_SHOP and day in _LOW_DAYS
    base = 410 if low else 455
    return f"{(base + int(30 * share('score', plan.seed, store.id, name, day))) / 100:.2f}"


def _show_paper(plan: Plan, brand: int, kind: str, platform: Line) -> None:
    owner = {"tenant": f"tenant-{brand + 1}", "merchant": f"merchant-{brand + 1}"}
    year = day_of(plan.start_ms).year
    paper = {
        "id": f"paper-{brand + 1}",
        "kind": kind,
        "number": f"国食健注G{year}{brand + 1:04d}",
        "valid_from": f"{year - 1}-01-01",
        "valid_to": f"{year + 3}-12-31",
        "sha256": f"{int(share('paper', plan.seed, brand) * 2**52):064x}",
    }
    platform.add("/v1/qualifications", {**owner, **paper})
