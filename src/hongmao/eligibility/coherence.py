"""Whether a file says something that can be applied: what its schema cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.eligibility.documents import Categories, RuleSet
from hongmao.eligibility.errors import LawLeftOut, RulesetIncoherent, ScoreUnreadable
from hongmao.eligibility.rules import LAW_FORBIDS, read_score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.eligibility.documents import Rule

    Place = Callable[..., str]

# (what is wrong in Chinese, in English)
_FAULTS: Final = {
    "no_rule": ("没有任何规则", "there are no rules"),
    "twice": ("规则 {id} 出现了两次", "the rule {id} stands here twice"),
    "half": ("规则 {id} 必须且只能写 any 或 outcome", "the rule {id} must have exactly one of any and outcome"),
    "hidden": ("规则 {id} 没有 when，其后的规则轮不到", "{id} has no when, so no rule after it is asked"),
    "open_end": ("最后一条规则 {id} 不能有 when", "the last rule {id} may have no when, or some shop gets no answer"),
    "empty_when": ("规则 {id} 的 when 是空的", "the when of the rule {id} is empty"),
    "criterion": (
        "规则 {id} 的条件只能写 score 或 all 之一",
        "each of {id}'s alternatives has exactly one of score and all",
    ),
    "gate_twice": ("类目 {id} 同时开放又被禁止", "the category {id} is open and forbidden at once"),
}


def check(document: RuleSet | Categories, place: Place) -> None:
    """Raise the first fault of a file, with its line."""
    if isinstance(document, RuleSet):
        _check_rules(document, place)
    else:
        _check_categories(document, place)


def _check_rules(ruleset: RuleSet, place: Place) -> None:
    if not ruleset.rule:
        raise _fault("no_rule", place("rule"), "")
    seen: set[str] = set()
    for index, rule in enumerate(ruleset.rule):
        at = place("rule", str(index), "id")
        for fault in _faults(rule, last=index == len(ruleset.rule) - 1, seen=seen):
            raise _fault(fault, at, rule.id)
        seen.add(rule.id)
        for criterion in rule.any:
            try:
                read_score(criterion.at_least, place=rule.id)
            except ScoreUnreadable as error:
                raise ScoreUnreadable(place=place("rule", str(index), "any"), found=error.params["found"]) from None


def _faults(rule: Rule, *, last: bool, seen: set[str]) -> Iterator[str]:
    if rule.id in seen:
        yield "twice"
    if bool(rule.any) == (rule.outcome is not None):
        yield "half"
    if rule.when is None and not last:
        yield "hidden"
    if rule.when is not None and last:
        yield "open_end"
    if rule.when is not None and not (rule.when.platform or rule.when.kind or rule.when.badge):
        yield "empty_when"
    if any((one.score is None) == (not one.all) for one in rule.any):
        yield "criterion"


def _check_categories(categories: Categories, place: Place) -> None:
    missing = sorted(LAW_FORBIDS - set(categories.forbidden))
    opened = sorted(LAW_FORBIDS & set(categories.open))
    if missing or opened:
        raise LawLeftOut(place=place("forbidden" if missing else "open"), missing=", ".join(missing or opened))
    for both in sorted(set(categories.open) & set(categories.forbidden)):
        raise _fault("gate_twice", place("open"), both)


def _fault(name: str, place: str, id: str) -> RulesetIncoherent:
    zh, en = _FAULTS[name]
    return RulesetIncoherent(place=place, why_zh=zh.format(id=id), why_en=en.format(id=id))
