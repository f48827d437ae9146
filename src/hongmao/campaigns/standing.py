"""How a campaign and a creativity stand: derived from what was set, from money, from the clock and from other rooms.

Nothing of it is kept. A campaign's state is one number of the market's; the reasons behind it, and those that the market has
no number for, are words of our own. Unknown facts conclude nothing.

    set: 2 暂停, 3 已删除 ── money: 5 现金余额不足, 7 账户日预算不足, 4 计划预算不足 ── clock: 8 处于暂停时段 ── 1 有效

Money comes before the clock: an hour of rest passes by itself, an empty wallet does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.authorising import NOT_AUTHORISED, UNFILED
from hongmao.campaigns.contracts import RESTS, Audit, State
from hongmao.campaigns.rules import serves_at
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.campaigns.contracts import CampaignTerms

BUDGET_SPENT: Final = 4
BALANCE_SHORT: Final = 5
ACCOUNT_SPENT: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts:
    """What money says of a campaign now, in fen; None is unknown.

    `least_fen` is what the least of its acts costs: what is left and cannot pay it is as good as nothing.
    """

    day_spent_fen: int | None = None
    spendable_fen: int | None = None
    account_day_left_fen: int | None = None
    least_fen: int = 1


@dataclass(frozen=True, slots=True)
class StateReason:
    """Why something does not serve: a code that programs read, and words."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativityFacts:
    """Everything that a creativity's standing follows from; None is not looked at."""

    creativity: State
    unit: State
    campaign: State
    terms: CampaignTerms
    audit: Audit
    money: StateFacts = StateFacts()
    rights: str | None = None
    """`not_authorised` or `unfiled`, where its note may not be used."""
    admission: str | None = None
    """Why its merchant or shop is not admitted."""
    held: str | None = None
    """Why the ad link behind it is held."""


REASONS: Final[Mapping[str, StateReason]] = {
    one.code: one
    for one in (
        StateReason("deleted", "已删除", "deleted"),
        StateReason("paused", "创意已暂停", "the creativity is paused"),
        StateReason("by_unit", "所属单元已暂停", "its unit is paused"),
        StateReason("by_campaign", "所属计划已暂停", "its campaign is paused"),
        StateReason("rejected", "审核未通过", "rejected in review"),
        StateReason("in_review", "审核中", "in review"),
        StateReason(NOT_AUTHORISED, "达人授权不存在、已取消或已到期", "the creator's consent does not stand"),
        StateReason(UNFILED, "付费合作笔记未报备", "the paid note was not filed"),
        StateReason("not_admitted", "商家或店铺资质失效", "the merchant or shop is not admitted"),
        StateReason("link_held", "挂链被暂停投放", "its link is held"),
        StateReason("balance_short", "现金余额不足", "the balance cannot pay another act"),
        StateReason("account_spent", "账户日预算不足", "the account's budget of the day is spent"),
        StateReason("budget_spent", "计划预算不足", "the campaign's budget of the day is spent"),
        StateReason("days", "不在投放日期内", "outside its days"),
        StateReason("hours", "处于暂停时段", "an hour of rest"),
    )
}
"""Every reason, in the order in which they are told: what somebody must act on first, what passes by itself last."""
_NUMBERS: Final = {
    "balance_short": BALANCE_SHORT,
    "account_spent": ACCOUNT_SPENT,
    "budget_spent": BUDGET_SPENT,
    "days": RESTS,
    "hours": RESTS,
}


def state_of(state: State, terms: CampaignTerms, facts: StateFacts, now_ms: int) -> int:
    """Say how a campaign stands at an instant, by the market's number."""
    if state is not State.ON:
        return int(state)
    return next((_NUMBERS[code] for code in _passing(terms, facts, now_ms)), int(State.ON))


def reasons_of(facts: CreativityFacts, now_ms: int) -> tuple[StateReason, ...]:
    """Say everything that keeps a creativity from serving at an instant; empty where it serves."""
    if State.DELETED in {facts.creativity, facts.unit, facts.campaign}:
        return (REASONS["deleted"],)
    told = {
        "paused": facts.creativity is State.PAUSED,
        "by_unit": facts.unit is State.PAUSED,
        "by_campaign": facts.campaign is State.PAUSED,
        "rejected": facts.audit is Audit.REJECTED,
        "in_review": facts.audit is Audit.PENDING,
        NOT_AUTHORISED: facts.rights == NOT_AUTHORISED,
        UNFILED: facts.rights == UNFILED,
        "not_admitted": facts.admission is not None,
        "link_held": facts.held is not None,
    }
    standing = [code for code, so in told.items() if so]
    return tuple(REASONS[code] for code in (*standing, *_passing(facts.terms, facts.money, now_ms)))


def campaign_reasons(state: State, terms: CampaignTerms, facts: StateFacts, now_ms: int) -> tuple[StateReason, ...]:
    """Say everything that keeps a whole campaign from serving at an instant."""
    if state is State.DELETED:
        return (REASONS["deleted"],)
    paused = ("by_campaign",) if state is State.PAUSED else ()
    return tuple(REASONS[code] for code in (*paused, *_passing(terms, facts, now_ms)))


def _passing(terms: CampaignTerms, facts: StateFacts, now_ms: int) -> tuple[str, ...]:
    limited = terms.limit_day_budget == 1
    left = terms.campaign_day_budget if limited else None
    if left is not None and facts.day_spent_fen is not None:
        left -= facts.day_spent_fen
    told = {
        "balance_short": _short(facts.spendable_fen, facts.least_fen),
        "account_spent": _short(facts.account_day_left_fen, facts.least_fen),
        "budget_spent": facts.day_spent_fen is not None and _short(left, facts.least_fen),
        "days": not _in_days(terms, now_ms),
        "hours": bool(terms.time_peroid_type)
        and terms.time_period is not None
        and not serves_at(terms.time_period, now_ms),
    }
    return tuple(code for code, so in told.items() if so)


def _short(left_fen: int | None, least_fen: int) -> bool:
    return left_fen is not None and left_fen < least_fen


def _in_days(terms: CampaignTerms, now_ms: int) -> bool:
    if terms.time_type != 1:
        return True
    today = day_of(now_ms).isoformat()
    return (terms.start_time or today) <= today <= (terms.expire_time or today)
