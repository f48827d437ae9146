"""Where a version stands on a day, and what an id has been through: draft → in force → superseded, or reverted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from hongmao.definitions.compare import changed_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.definitions.acts import Act
    from hongmao.definitions.compare import FieldChange
    from hongmao.definitions.contracts import AnyDefinition
    from hongmao.definitions.sources import Source

_DAY = timedelta(days=1)


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"  # 草案: decided, and its first day has not come
    IN_FORCE = "in_force"  # 生效中
    SUPERSEDED = "superseded"  # 已被取代: speaks of the days before its successor
    REVERTED = "reverted"  # 已撤回: taken back; only pinned reports still speak by it


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """One version of an id, where it stands, and who decided on it."""

    definition: AnyDefinition
    state: State
    origin: Literal["shipped", "applied"]
    from_day: date
    to_day: date | None
    """The last day of which it speaks; None while no later version has been decided. Of a reverted one its first day."""
    who: str | None
    """Who applied it; None for what ships with a release."""
    why: str
    at_ms: int | None
    reverted_by: Act | None
    text: str
    """The TOML file as it is in force."""
    changes: tuple[FieldChange, ...]
    """What it says otherwise than the version before it; empty for a first version."""

    @property
    def key(self) -> str:
        """Name the version."""
        return self.definition.key


def state_of(one: AnyDefinition, among: Sequence[AnyDefinition], *, on: date) -> State:
    """Say where a version stands on a day among those of the deployment."""
    if one.effective > on:
        return State.DRAFT
    later = any(other.id == one.id and other.version > one.version and other.effective <= on for other in among)
    return State.SUPERSEDED if later else State.IN_FORCE


def records(stands: Sequence[Source], gone: Sequence[tuple[Source, Act]], *, on: date) -> tuple[VersionRecord, ...]:
    """Tell every version by id and version; `gone` are those taken back, each with the act that did it."""
    ordered = sorted(stands, key=lambda source: (source.definition.id, source.definition.version))
    among = [source.definition for source in ordered]
    told = [_standing(source, among, on=on) for source in ordered]
    told += [_reverted(source, act, among) for source, act in gone]
    return tuple(sorted(told, key=_place))


def _place(record: VersionRecord) -> tuple[str, int, bool, int]:
    # What stands comes after what was taken back under the same number.
    at_ms = record.reverted_by.at_ms if record.reverted_by else 0
    return record.definition.id, record.definition.version, record.reverted_by is None, at_ms


def _standing(source: Source, among: Sequence[AnyDefinition], *, on: date) -> VersionRecord:
    one = source.definition
    heir = next((other for other in among if other.id == one.id and other.version == one.version + 1), None)
    until = heir.effective - _DAY if heir else None
    return _record(source, state_of(one, among, on=on), until, None, among)


def _reverted(source: Source, act: Act, among: Sequence[AnyDefinition]) -> VersionRecord:
    return _record(source, State.REVERTED, source.definition.effective, act, among)


def _record(
    source: Source, state: State, to_day: date | None, reverted_by: Act | None, among: Sequence[AnyDefinition]
) -> VersionRecord:
    act = source.act
    return VersionRecord(
        definition=source.definition,
        state=state,
        origin="shipped" if act is None else "applied",
        from_day=source.definition.effective,
        to_day=to_day,
        who=act.who if act else None,
        why=act.why if act else source.definition.why,
        at_ms=act.at_ms if act else None,
        reverted_by=reverted_by,
        text=source.text,
        changes=_changes(source.definition, among),
    )


def _changes(one: AnyDefinition, among: Sequence[AnyDefinition]) -> tuple[FieldChange, ...]:
    before = next((other for other in among if other.id == one.id and other.version == one.version - 1), None)
    return changed_fields(before, one) if before is not None else ()
