"""How `hongmao definitions` speaks: states, steps and changes, as lines for people and as plain data for programs."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.definitions.api import (
    AddVersion,
    DropCredits,
    KeepReport,
    MetricDefinition,
    MoveFigure,
    RecomputeCredits,
    Restore,
    State,
    Supersede,
    Withdraw,
)
from hongmao.kernel.time import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.definitions.api import AnyDefinition, DefinitionChange, FieldChange, Step, VersionRecord
    from hongmao.kernel.errors import Lang

STATES: Final[dict[Lang, dict[State, str]]] = {
    "zh": {State.DRAFT: "草案", State.IN_FORCE: "生效中", State.SUPERSEDED: "已被取代", State.REVERTED: "已撤回"},
    "en": {
        State.DRAFT: "draft",
        State.IN_FORCE: "in force",
        State.SUPERSEDED: "superseded",
        State.REVERTED: "reverted",
    },
}
_STEPS: Final[dict[type, tuple[str, str]]] = {
    AddVersion: (
        "新增 {definition}（{fingerprint}），自 {effective} 起生效，当前：{state}",
        "add {definition} ({fingerprint}), in force from {effective}, now: {state}",
    ),
    Supersede: ("{definition} 自 {on} 起由 {by} 取代", "{definition} is superseded by {by} from {on}"),
    Withdraw: (
        "撤回 {definition}（{fingerprint}），原生效日 {effective}",
        "withdraw {definition} ({fingerprint}), which was to hold from {effective}",
    ),
    Restore: ("{definition} 自 {on} 起恢复生效", "{definition} holds again from {on}"),
    RecomputeCredits: (
        "按 {definition} 计算归因 {rows:,} 行（{first_day} – {last_day}）",
        "compute {rows:,} rows of credit under {definition} ({first_day} – {last_day})",
    ),
    DropCredits: (
        "移除 {definition} 的归因 {rows:,} 行（{first_day} – {last_day}）",
        "drop {rows:,} rows of credit under {definition} ({first_day} – {last_day})",
    ),
    KeepReport: (
        "截至 {until} 的报表仍按 {definition}（{fingerprint}）打印，字节不变",
        "reports up to {until} print by {definition} ({fingerprint}) as before, byte for byte",
    ),
}
_NOTHING: Final[dict[Lang, str]] = {"zh": "没有变化", "en": "Nothing changes"}
_ALL_DAYS: Final[dict[Lang, str]] = {"zh": "全部日期", "en": "all days"}
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DASH: Final = "—"


def step_line(step: Step, lang: Lang) -> str:
    """Say one step in one line."""
    if isinstance(step, MoveFigure):
        return _moved(step, lang)
    facts = {entry.name: getattr(step, entry.name) for entry in fields(step)}
    if isinstance(step, AddVersion):
        facts["state"] = STATES[lang][step.state]
    return _STEPS[type(step)][lang == "en"].format(**facts)


def _moved(step: MoveFigure, lang: Lang) -> str:
    place = _ALL_DAYS[lang] if step.day is None else step.day.isoformat()
    note = f" · {step.note}" if step.note else ""
    return f"{step.metric:<28} {place}{note}: {_reading(step, 'before')} → {_reading(step, 'after')}"


def _reading(step: MoveFigure, side: str) -> str:
    reading = step.before if side == "before" else step.after
    # Where the value prints alike, its parts show what moves.
    if step.before.text != step.after.text:
        return reading.text
    parts = [str(part) if part is not None else _DASH for part in (reading.numerator, reading.denominator)]
    return f"{reading.text} ({' / '.join(parts)})"


def step_data(step: Step) -> dict[str, object]:
    """Write a step as plain data, named by `step`."""
    facts: dict[str, object] = msgspec.to_builtins(step)
    return {"step": _HUMP.sub("_", type(step).__name__).lower(), **facts}


def change_lines(changes: Sequence[DefinitionChange], lang: Lang) -> Iterator[str]:
    """Tell a diff: how many 口径 change, and of each which fields and which figures."""
    if not changes:
        yield _NOTHING[lang]
        return
    yield (
        f"{len(changes)} 个口径有变化"
        if lang == "zh"
        else f"{len(changes)} definition{'s' * (len(changes) > 1)} changed"
    )
    for change in changes:
        one = change.after or change.before
        name = getattr(one.name, lang) if one else ""
        yield f"{_key(change.before)} → {_key(change.after)}  {name}"
        yield from (f"  {line}" for line in field_lines(change.fields))
        if change.figures:
            yield f"  {'受影响的指标' if lang == 'zh' else 'figures that follow'}: {', '.join(change.figures)}"


def field_lines(changed: Sequence[FieldChange]) -> Iterator[str]:
    """Tell fields: what was, what will be; prose is marked with a tilde."""
    for one in changed:
        mark = "~" if one.sort == "prose" else " "
        yield f"{mark} {one.field:<22}{one.before or _DASH} → {one.after or _DASH}"


def change_data(change: DefinitionChange) -> dict[str, object]:
    """Write one change as plain data."""
    return {
        "id": change.id,
        "before": change.before.key if change.before else None,
        "after": change.after.key if change.after else None,
        "meaning": change.meaning,
        "fields": msgspec.to_builtins(change.fields),
        "figures": list(change.figures),
    }


def record_data(record: VersionRecord) -> dict[str, object]:
    """Write a version with its state as plain data; the file's own fields stand beside."""
    facts = definition_data(record.definition)
    back = record.reverted_by
    return {
        **facts,
        "key": record.key,
        "state": record.state.value,
        "origin": record.origin,
        "from_day": record.from_day.isoformat(),
        "to_day": record.to_day.isoformat() if record.to_day else None,
        "decided": None if record.at_ms is None else {"who": record.who, "why": record.why, "at": iso(record.at_ms)},
        "reverted": None if back is None else {"who": back.who, "why": back.why, "at": iso(back.at_ms)},
        "changes": msgspec.to_builtins(record.changes),
    }


def definition_data(one: AnyDefinition) -> dict[str, object]:
    """Write a definition as plain data."""
    facts: dict[str, object] = msgspec.to_builtins(one, str_keys=True)
    sort = "metric" if isinstance(one, MetricDefinition) else "attribution"
    return {**facts, "sort": sort, "fingerprint": one.fingerprint}


def _key(one: AnyDefinition | None) -> str:
    return one.key if one is not None else _DASH
