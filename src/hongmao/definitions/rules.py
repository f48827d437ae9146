"""What a set of definitions must hold to be believed: lineage without gaps, formulas from parts that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.definitions.attributions import check_attribution
from hongmao.definitions.contracts import AttributionDefinition, MetricDefinition
from hongmao.definitions.errors import DefinitionTwice, LineageBroken
from hongmao.definitions.formulas import check_formula

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.definitions.contracts import AnyDefinition
    from hongmao.definitions.formulas import Place


def in_force(definitions: Sequence[AnyDefinition], *, on: date) -> tuple[AnyDefinition, ...]:
    """Pick for every id the latest version whose first day has come, ordered by id."""
    latest: dict[str, AnyDefinition] = {}
    for one in sorted(definitions, key=lambda definition: (definition.id, definition.version)):
        if one.effective <= on:
            latest[one.id] = one
    return tuple(latest.values())


def check(definitions: Sequence[AnyDefinition], place: Place) -> None:
    """Refuse a set that cannot hold; the first fault found, in order of id and version, is raised."""
    ordered = sorted(definitions, key=lambda definition: (definition.id, definition.version))
    _check_lineage(ordered, place)
    metrics = {one.id: one for one in ordered if isinstance(one, MetricDefinition)}
    for one in ordered:
        match one:
            case AttributionDefinition():
                check_attribution(one, place)
            case MetricDefinition():
                check_formula(one, metrics, place)


def _check_lineage(ordered: Sequence[AnyDefinition], place: Place) -> None:
    before: AnyDefinition | None = None
    for one in ordered:
        if before is not None and before.key == one.key:
            raise DefinitionTwice(place=place(one, ("version",)), key=one.key, other=place(before, ("version",)))
        _check_heir(one, before if before is not None and before.id == one.id else None, place)
        before = one


def _check_heir(one: AnyDefinition, before: AnyDefinition | None, place: Place) -> None:
    expected = before.key if before else None
    wrong = (
        ("version", one.version != (before.version + 1 if before else 1)),
        ("supersedes" if one.supersedes else "version", one.supersedes != expected),
        ("effective", before is not None and one.effective <= before.effective),
    )
    for key, is_wrong in wrong:
        if is_wrong:
            raise LineageBroken(place=place(one, (key,)), key=one.key, expected=expected or "—")
