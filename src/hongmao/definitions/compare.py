"""What two versions say otherwise, field by field, and which figures follow: prose is told apart from meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import msgspec

from hongmao.definitions.contracts import PROSE, AttributionDefinition, MetricDefinition
from hongmao.kernel.time import SpanUnreadable, span_ms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hongmao.definitions.contracts import AnyDefinition

LINEAGE = ("id", "version", "effective", "supersedes")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field, as its file writes it before and after; None where the file leaves it out."""

    field: str
    """Dotted: `default_window`, `measure.kinds`, `name.en`."""
    before: str | None
    after: str | None
    sort: Literal["meaning", "prose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionChange:
    """One id that says something else: one line of a diff. `before` is None where the id is new, `after` where it goes."""

    id: str
    before: AnyDefinition | None
    after: AnyDefinition | None
    fields: tuple[FieldChange, ...]
    figures: tuple[str, ...]
    """Ids of the metrics whose figures follow, the metric itself included; empty where only prose changes."""

    @property
    def meaning(self) -> bool:
        """Tell whether more than prose changes."""
        return self.before is None or self.after is None or any(one.sort == "meaning" for one in self.fields)


def changed_fields(before: AnyDefinition, after: AnyDefinition) -> tuple[FieldChange, ...]:
    """List what differs, meaning first; number, first day and lineage differ always and are not told."""
    old, new = dict(_flat(before)), dict(_flat(after))
    told = [
        FieldChange(
            field=name,
            before=old.get(name),
            after=new.get(name),
            sort="prose" if name.split(".", maxsplit=1)[0] in PROSE else "meaning",
        )
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    return tuple(sorted(told, key=lambda change: change.sort == "prose"))


def changes_between(
    before: Sequence[AnyDefinition], after: Sequence[AnyDefinition], *, credited_by: Collection[str]
) -> tuple[DefinitionChange, ...]:
    """Compare two sets of at most one version an id; `credited_by` are the attributions whose credit figures show."""
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    metrics = [one for one in after if isinstance(one, MetricDefinition)]
    told: list[DefinitionChange] = []
    for name in sorted(old.keys() | new.keys()):
        was, will = old.get(name), new.get(name)
        fields = changed_fields(was, will) if was is not None and will is not None else ()
        if was is not None and will is not None and not fields:
            continue
        change = DefinitionChange(id=name, before=was, after=will, fields=fields, figures=())
        figures = followers(will or was, metrics, credited_by=credited_by) if change.meaning else ()
        told.append(replace(change, figures=figures))
    return tuple(told)


def followers(
    one: AnyDefinition | None, metrics: Sequence[MetricDefinition], *, credited_by: Collection[str]
) -> tuple[str, ...]:
    """Name the metrics whose figures are made by a definition: itself, what is made of it, what reads its credit."""
    match one:
        case MetricDefinition():
            named = {one.id}
        case AttributionDefinition() if one.id in credited_by:
            named = {metric.id for metric in metrics if metric.measure and metric.measure.source == "credits"}
        case _:
            return ()
    grown: set[str] = set()
    while grown != named:
        grown = set(named)
        named |= {metric.id for metric in metrics if named & set(parts_of(metric))}
    return tuple(sorted(named))


def parts_of(metric: MetricDefinition) -> tuple[str, ...]:
    """Name the metrics that a formula is made of; none for a measure."""
    if metric.ratio is not None:
        return metric.ratio.numerator, metric.ratio.denominator
    if metric.total is not None:
        return *metric.total.plus, *metric.total.minus
    return ()


def _flat(one: AnyDefinition) -> Iterator[tuple[str, str]]:
    facts = msgspec.to_builtins(one, str_keys=True)
    for key, value in facts.items():
        if key not in LINEAGE:
            yield from _leaves(key, value)


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _leaves(f"{name}.{key}", inner)
        case list() | tuple():
            # Order in a file says nothing, as the fingerprint knows; windows read best by length.
            yield name, " ".join(sorted(map(str, value), key=_length)) or "—"
        case bool():
            yield name, "true" if value else "false"
        case _:
            yield name, str(value)


def _length(text: str) -> tuple[int, str]:
    try:
        return span_ms(text), text
    except SpanUnreadable:
        return 0, text
