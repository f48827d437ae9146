"""What the page of admission is shown in tests: one shop that passes and one for a person, with an awkward name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.catalog.api import Shop
from hongmao.eligibility.api import LiveRules, Ruling, ShopStanding, Stage, StageSet, Standing, Verdict
from hongmao.eligibility.contracts import Facts, ScoreFact
from hongmao.eligibility.rules import judge
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import MerchantId, ShopId, TenantId
from hongmao.kernel.time import DAY_MS, day_of
from hongmao.policy.api import Route, RouteChoice
from hongmao.policy.loading import calendars, presets
from hongmao.policy.rules import phase_on
from web.pages import samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.catalog.api import Principal
    from hongmao.policy.api import Calendar, Phase, Preset

TENANT = TenantId("tenant-1")


class _Nothing:
    def acts(self) -> Sequence[object]:
        return ()

    def last_act(self) -> int:
        return 0


def _standing(number: int, platform: str, value: str, ruled: str | None = None) -> ShopStanding:
    rules = LiveRules(_Nothing(), SetClock(samples.NOW_MS)).on(day_of(samples.NOW_MS))  # type: ignore[arg-type]
    score = ScoreFact(name="experience", value=value, source="api", observed_at_ms=samples.NOW_MS - DAY_MS)
    facts = Facts(platform=platform, category="美妆个护", scores=(score,))
    found = judge(rules.ruleset, rules.categories, facts, samples.NOW_MS)
    shop = Shop(
        id=ShopId(f"shop-{number}"),
        tenant=TENANT,
        merchant=MerchantId("merchant-1"),
        platform=platform,
        platform_shop_id=f"shop-{number}",
        name=samples.NASTY,
        home_url="http://127.0.0.1:8090/",
    )
    verdict = Verdict(
        shop=shop.id,
        tenant=TENANT,
        status=found.status,
        ruleset=rules.ruleset.key,
        ruleset_print=rules.ruleset.fingerprint,
        categories=rules.categories.key,
        categories_print=rules.categories.fingerprint,
        facts=facts,
        findings=found.findings,
        at_ms=samples.NOW_MS,
        until_ms=found.until_ms,
        number=number,
    )
    ruling = None
    if ruled is not None:
        ruling = Ruling(
            shop=shop.id, tenant=TENANT, passed=True, why=ruled, until_ms=None, by="admin", at_ms=samples.NOW_MS
        )
    held = None if found.status == "pass" or ruled else "score"
    return ShopStanding(shop=shop, standing=Standing(verdict=verdict, ruling=ruling), held=held)


@dataclass
class FakeEligibility:
    """Three shops of the first merchant."""

    def stage(self) -> StageSet:
        return StageSet(stage=Stage.PERCENT, percent=10, who="admin", why=samples.NASTY, at_ms=samples.NOW_MS)

    def open_categories(self) -> tuple[str, ...]:
        return ("美妆个护", samples.NASTY)

    def standings(self, who: Principal, *, limit: int) -> tuple[ShopStanding, ...]:
        if who.tenant != TENANT:
            return ()
        return (
            _standing(1, "taobao", "4.8"),
            _standing(2, "taobao", "4.4"),
            _standing(3, "vip", "4.8", samples.NASTY),
        )[:limit]


@dataclass
class FakePolicy:
    """Mixed, one choice, in the middle of a sale."""

    def preset(self) -> Preset:
        return presets()["mixed"]

    def phase_of(self, day: date) -> tuple[Calendar, Phase] | None:
        return phase_on(calendars(), day)

    def choices(self, who: Principal) -> tuple[RouteChoice, ...]:
        return (
            RouteChoice(
                tenant=who.tenant,
                spu="spu-1",
                route=Route.EXTERNAL,
                in_site_fen=1_200,
                external_fen=900,
                who="user-1",
                why=samples.NASTY,
                at_ms=samples.NOW_MS,
                number=1,
            ),
        )
