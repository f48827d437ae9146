"""What statuses, outcomes and reasons are called, for people. Programs read the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.eligibility.contracts import Outcome, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

    Words = Mapping[Lang, str]

STATUSES: Final[Mapping[Status, Words]] = {
    Status.PASS: {"zh": "通过", "en": "admitted"},
    Status.STALE_GRACE: {"zh": "分数过期，宽限中", "en": "score too old, in its grace"},
    Status.MANUAL: {"zh": "待人工", "en": "for a person to decide"},
    Status.STALE: {"zh": "分数过期", "en": "score too old"},
    Status.REJECT: {"zh": "未通过", "en": "not admitted"},
}
OUTCOMES: Final[Mapping[Outcome, Words]] = {
    Outcome.MET: {"zh": "符合", "en": "met"},
    Outcome.AGEING: {"zh": "符合，但分数已过期（宽限中）", "en": "met, by a score that is too old (in its grace)"},
    Outcome.STALE: {"zh": "符合，但分数已过期", "en": "met, by a score that is too old"},
    Outcome.UNTRUSTED: {"zh": "自述符合，待人工核对", "en": "met by somebody's word, which a person has to look at"},
    Outcome.BELOW: {"zh": "低于要求", "en": "below"},
    Outcome.NOT_PROVEN: {"zh": "未提供", "en": "not proven"},
    Outcome.NOT_OPEN: {"zh": "类目未开放", "en": "category not open"},
    Outcome.FORBIDDEN: {"zh": "法律禁止的类目", "en": "forbidden by law"},
    Outcome.MISSING: {"zh": "缺少资质", "en": "paper missing"},
    Outcome.EXPIRED: {"zh": "资质已过期", "en": "paper expired"},
    Outcome.NOT_YET: {"zh": "资质尚未生效", "en": "paper not valid yet"},
    Outcome.PERSON: {"zh": "不适用，人工", "en": "not covered, a person decides"},
}
WHATS: Final[Mapping[str, Words]] = {
    "category": {"zh": "类目", "en": "category"},
    "shop": {"zh": "店铺类型与标识", "en": "kind and badge of the shop"},
    "experience": {"zh": "店铺体验分", "en": "experience score"},
    "composite_star": {"zh": "综合体验星级", "en": "composite star"},
    "goods": {"zh": "商品评分", "en": "goods score"},
    "logistics": {"zh": "物流评分", "en": "logistics score"},
    "service": {"zh": "服务评分", "en": "service score"},
    "approval_number": {"zh": "批准文号", "en": "approval number"},
}
"""What criteria are called; a kind of paper that stands here under no name is shown by its own."""
REASONS: Final[Mapping[str, Words]] = {
    "stage_off": {"zh": "项目已暂停", "en": "the programme is switched off"},
    "whitelist": {"zh": "商家不在内测白名单", "en": "the merchant is not on the whitelist"},
    "percent": {"zh": "商家不在本轮灰度范围", "en": "the merchant is not in the share that is let in so far"},
    "category": {"zh": "类目未开放或未提供", "en": "the category is not open, or nobody has told it"},
    "qualification": {"zh": "缺少有效资质", "en": "a valid paper is missing"},
    "score": {"zh": "分数未达到要求", "en": "the scores do not reach what is asked"},
    "stale": {"zh": "分数已过期", "en": "the scores are too old"},
    "manual": {"zh": "需人工判断", "en": "a person has to decide"},
}
STAGES: Final[Mapping[Stage, Words]] = {
    Stage.OBSERVE: {"zh": "观察：只判定，只限制法律禁止的", "en": "observe: judge, hold only what the law forbids"},
    Stage.WHITELIST: {"zh": "白名单", "en": "whitelist"},
    Stage.PERCENT: {"zh": "灰度", "en": "a share of merchants"},
    Stage.OPEN: {"zh": "开放", "en": "open"},
    Stage.OFF: {"zh": "关闭", "en": "off"},
}
