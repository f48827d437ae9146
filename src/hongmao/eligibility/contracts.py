"""What is known of a shop and what was decided about it. Scores are text, exact to the digit; times are epoch ms.

A verdict holds everything that it was made from, so whoever has the rule set's text can make it again (ELIG-8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from hongmao.kernel.ids import MerchantId, ShopId, TenantId


class ShopKind(StrEnum):
    """店铺类型: who sells in the shop."""

    MARKETPLACE = "marketplace"  # 第三方商家, 非自营
    SELF_OPERATED = "self_operated"  # 平台自营


class Badge(StrEnum):
    """店铺标识: what the platform has put beside the shop's name."""

    NONE = "none"
    BRAND = "brand"  # 品牌
    OFFICIAL = "official"  # 官方


class ScoreName(StrEnum):
    """A score that a platform gives a shop, between 0 and 5."""

    EXPERIENCE = "experience"  # 店铺体验分
    COMPOSITE_STAR = "composite_star"  # 综合体验星级
    GOODS = "goods"  # 宝贝质量 or 商品描述
    LOGISTICS = "logistics"  # 物流
    SERVICE = "service"  # 服务


class ScoreSource(StrEnum):
    """Where somebody who told a score had it from."""

    API = "api"  # the platform answered us
    FILE = "file"  # the platform's file, taken in by the house
    PAGE = "page"  # a page that somebody exported
    TYPED = "typed"  # somebody's word


class Status(StrEnum):
    """What a rule set says of a shop."""

    PASS = "pass"  # noqa: S105 - no password
    STALE_GRACE = "stale_grace"  # proven by a score that is too old now: what runs may run on, nothing new begins
    MANUAL = "manual"  # 人工: the rules leave it to a person
    STALE = "stale"  # the grace is over
    REJECT = "reject"


class Outcome(StrEnum):
    """What became of one criterion."""

    MET = "met"
    AGEING = "ageing"  # met, by a score that is older than it may be, within the grace
    STALE = "stale"  # met, by a score whose grace is over
    UNTRUSTED = "untrusted"  # met, by somebody's word that a person has to look at
    BELOW = "below"
    NOT_PROVEN = "not_proven"  # nobody has told it, which is not the same as 0
    NOT_OPEN = "not_open"  # 类目未开放
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    PERSON = "person"  # 不适用, 人工


class Stage(StrEnum):
    """内测阶段: how far the programme is open."""

    OBSERVE = "observe"  # verdicts are shown, and nothing is held but what the law forbids
    WHITELIST = "whitelist"  # 白名单
    PERCENT = "percent"  # 灰度: that share of merchants, chosen by their ids
    OPEN = "open"  # whoever passes
    OFF = "off"  # 熔断: nobody


class ScoreFact(msgspec.Struct, frozen=True, kw_only=True):
    """The newest score of a name that one source has told."""

    name: str
    value: str
    source: str
    observed_at_ms: int


class QualFact(msgspec.Struct, frozen=True, kw_only=True):
    """资质: a paper of the merchant that was shown and not withdrawn. Both days belong to it, Asia/Shanghai."""

    kind: str
    subject: str
    number: str
    valid_from: str
    valid_to: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a verdict is made from; None where nobody has told."""

    platform: str
    kind: str | None = None
    badge: str | None = None
    category: str | None = None
    scores: tuple[ScoreFact, ...] = ()
    qualifications: tuple[QualFact, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion: what was asked, what was found, where that came from, by which version."""

    rule: str
    """`category`, `qualification`, or the id of a rule of the rule set."""
    alternative: int
    """Counted from 1: one alternative that is met whole is enough. 0 where there is none other."""
    what: str
    required: str
    found: str
    """`—` where nobody has told."""
    source: str | None = None
    observed_at_ms: int | None = None
    outcome: Outcome
    version: str
    """The file that asks, such as `seeding_direct.v1`."""

    @property
    def ok(self) -> bool:
        """Tell whether this criterion is met and needs nobody."""
        return self.outcome is Outcome.MET


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules say of facts at an instant."""

    status: Status
    findings: tuple[Finding, ...]
    until_ms: int | None
    """Up to here, this instant excluded, age alone changes nothing; None where it never does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """裁定: what was judged of a shop, and all it was judged by."""

    shop: ShopId
    tenant: TenantId
    status: Status
    ruleset: str
    ruleset_print: str
    categories: str
    categories_print: str
    facts: Facts
    findings: tuple[Finding, ...]
    at_ms: int
    until_ms: int | None
    number: int = 0
    """Its place among all verdicts; 0 for one that was not kept."""

    @property
    def says(self) -> tuple[object, ...]:
        """Name what makes one verdict another, whenever it was made."""
        return (self.status, self.ruleset_print, self.categories_print, self.facts, self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A person's word on a shop that the rules leave to one."""

    shop: ShopId
    tenant: TenantId
    passed: bool
    why: str
    until_ms: int | None
    by: str
    at_ms: int
    number: int = 0

    def holds(self, at_ms: int) -> bool:
        """Tell whether the word still counts."""
        return self.until_ms is None or at_ms < self.until_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSet:
    """The stage that somebody set, and why. `percent` belongs to the stage of that name."""

    stage: Stage
    percent: int | None
    who: str
    why: str
    at_ms: int
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A merchant on the whitelist."""

    merchant: MerchantId
    tenant: TenantId
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a plan may not begin: a reason that programs read, and the verdict where one stands behind it."""

    reason: str
    """stage_off, whitelist, percent, category, qualification, score, stale, or manual."""
    verdict: Verdict | None = None
