"""The acts on definitions: plan a change, do it, take it back, tell what has been and what differs.

A plan holds typed steps. `apply` walks the same list that was shown; it refuses where somebody decided in between.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hongmao.definitions.acts import Act, ActKind
from hongmao.definitions.compare import changes_between
from hongmao.definitions.errors import DefinitionUnknown, NothingChanges, RevertRefused, WordMissing
from hongmao.definitions.sources import source_of
from hongmao.definitions.states import records, state_of
from hongmao.definitions.steps import (
    AddVersion,
    Done,
    DropCredits,
    KeepReport,
    Plan,
    RecomputeCredits,
    Restore,
    Supersede,
    Withdraw,
)
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from hongmao.definitions.compare import DefinitionChange
    from hongmao.definitions.contracts import AnyDefinition
    from hongmao.definitions.live import Deployed, LiveRegistry
    from hongmao.definitions.registry import Registry
    from hongmao.definitions.sources import Source
    from hongmao.definitions.states import VersionRecord
    from hongmao.definitions.steps import Outlook, Step
    from hongmao.definitions.store import DefinitionStore, Foresight
    from hongmao.kernel.clock import Clock

WHO_CHARS: Final = 64
WHY_CHARS: Final = 1_000
_DAY: Final = timedelta(days=1)


class DefinitionDesk:
    """口径管理: where a deployment's definitions are decided on."""

    def __init__(
        self,
        registry: LiveRegistry,
        store: DefinitionStore,
        foresight: Foresight,
        clock: Clock,
        *,
        credited_by: Collection[str],
    ) -> None:
        """Stand on the live registry; `credited_by` names the attributions whose credit reports show."""
        self.registry = registry
        self._store = store
        self._foresight = foresight
        self._clock = clock
        self._credited_by = frozenset(credited_by)

    def plan(self, drafts: Sequence[Source]) -> Plan:
        """Work out what applying these files would do. Nothing is touched.

        Raises a `DefinitionRefused` with its line where the deployment's definitions would not hold with them, and
        `NothingChanges` for a version that is there already.
        """
        now = self.registry.refresh()
        for draft in drafts:
            self._demand_new(draft, now)
        after = self.registry.with_changes(add=drafts)
        outlook = self._foresight.look(now.registry, after)
        acts = tuple(_act(ActKind.APPLY, draft) for draft in drafts)
        today = self._today()
        added = sorted((draft.definition for draft in drafts), key=lambda one: (one.id, one.version))
        steps = (
            *(_added(one, after, on=today) for one in added),
            *(step for one in added for step in _superseded(one)),
            *_consequences(outlook),
            *(step for one in added for step in _kept(one, after)),
        )
        return Plan(act="apply", acts=acts, steps=steps, revision=now.revision)

    def plan_revert(self, keys: Sequence[str]) -> Plan:
        """Work out what taking versions back would do: those that were applied here and have no successor that stays.

        Raises `DefinitionUnknown` or `RevertRefused`, and a `DefinitionRefused` where another definition needs them.
        """
        now = self.registry.refresh()
        gone = [self._demand_own(key, now, set(keys)) for key in dict.fromkeys(keys)]
        after = self.registry.with_changes(without=keys)
        outlook = self._foresight.look(now.registry, after)
        ordered = sorted((source.definition for source in gone), key=lambda one: (one.id, -one.version))
        steps: tuple[Step, ...] = (
            *(Withdraw(definition=one.key, fingerprint=one.fingerprint, effective=one.effective) for one in ordered),
            *(
                Restore(definition=one.supersedes, on=one.effective)
                for one in ordered
                if one.supersedes is not None and one.supersedes not in keys
            ),
            *_consequences(outlook),
        )
        acts = tuple(_act(ActKind.REVERT, source) for source in gone)
        return Plan(act="revert", acts=acts, steps=steps, revision=now.revision)

    def carry_out(self, plan: Plan, *, who: str, why: str) -> Done:
        """Do what a plan says. Raises `DefinitionsMovedOn` if it was made at another revision, and then nothing is done."""
        who, why = _word(who, "who", WHO_CHARS), _word(why, "why", WHY_CHARS)
        at_ms = self._clock.now_ms()
        wanted = {step.definition for step in plan.steps if isinstance(step, AddVersion | Withdraw)}
        acts = [replace(act, who=who, why=why, at_ms=at_ms) for act in plan.acts if act.key in wanted]
        kept = tuple(self._store.keep(acts, revision=plan.revision))
        self.registry.refresh()
        return Done(acts=kept, recompute=any(isinstance(step, RecomputeCredits | DropCredits) for step in plan.steps))

    def versions(self, *, on: date | None = None) -> tuple[VersionRecord, ...]:
        """Tell every version of every id, those taken back included, as they stand on a day (today unless one is named)."""
        now = self.registry.deployed()
        return records(now.sources, list(_taken_back(now.acts)), on=on or self._today())

    def history(self, definition_id: str, *, on: date | None = None) -> tuple[VersionRecord, ...]:
        """Tell every version of one id, oldest first; raises `DefinitionUnknown`."""
        found = tuple(record for record in self.versions(on=on) if record.definition.id == definition_id)
        if not found:
            raise DefinitionUnknown(id=definition_id)
        return found

    def difference(self, before: AnyDefinition, after: AnyDefinition) -> tuple[DefinitionChange, ...]:
        """Tell what one version says otherwise than another of the same id, and which figures follow; at most one change."""
        rest = [one for one in self.registry.in_force(self._today()) if one.id != after.id]
        return tuple(
            change
            for change in changes_between([*rest, before], [*rest, after], credited_by=self._credited_by)
            if change.id in {before.id, after.id}
        )

    def difference_of_days(self, first: date, second: date) -> tuple[DefinitionChange, ...]:
        """Tell what is in force on one day and was not on another, and which figures follow."""
        registry = self.registry.snapshot()
        return changes_between(registry.in_force(first), registry.in_force(second), credited_by=self._credited_by)

    def as_decided(self, at_ms: int) -> Registry:
        """Give the definitions as they were decided before an instant."""
        return self.registry.as_decided(at_ms)

    def _today(self) -> date:
        return day_of(self._clock.now_ms())

    def _demand_new(self, draft: Source, now: Deployed) -> None:
        for one in now.sources:
            if (one.definition.key, one.definition.fingerprint) == (draft.definition.key, draft.definition.fingerprint):
                raise NothingChanges(
                    place=draft.place(("version",)), id=draft.definition.key, fingerprint=draft.definition.fingerprint
                )

    def _demand_own(self, key: str, now: Deployed, going: set[str]) -> Source:
        found = next((one for one in now.sources if one.definition.key == key), None)
        if found is None:
            raise DefinitionUnknown(id=key)
        heirs = [one.definition.key for one in now.sources if one.definition.supersedes == key]
        if found.act is None or not going.issuperset(heirs):
            raise RevertRefused(id=key)
        return found


def _act(kind: ActKind, source: Source) -> Act:
    one = source.definition
    return Act(
        kind=kind,
        sort=source.sort,
        definition=one.id,
        version=one.version,
        effective=one.effective,
        fingerprint=one.fingerprint,
        text=source.text,
        who="",
        why="",
        at_ms=0,
    )


def _added(one: AnyDefinition, after: Registry, *, on: date) -> AddVersion:
    state = state_of(one, after.all(), on=on)
    return AddVersion(definition=one.key, fingerprint=one.fingerprint, effective=one.effective, state=state)


def _superseded(one: AnyDefinition) -> Iterator[Supersede]:
    if one.supersedes is not None:
        yield Supersede(definition=one.supersedes, by=one.key, on=one.effective)


def _kept(one: AnyDefinition, after: Registry) -> Iterator[KeepReport]:
    if one.supersedes is not None:
        before = after.get(one.id, one.version - 1)
        yield KeepReport(definition=before.key, fingerprint=before.fingerprint, until=one.effective - _DAY)


def _consequences(outlook: Outlook) -> tuple[Step, ...]:
    return *outlook.credits, *outlook.figures


def _taken_back(acts: Sequence[Act]) -> Iterator[tuple[Source, Act]]:
    """Pair every revert with what it took back."""
    stands: dict[str, Act] = {}
    for act in acts:
        if act.kind is ActKind.APPLY:
            stands[act.key] = act
        elif act.key in stands:
            yield source_of(stands.pop(act.key)), act


def _word(text: str, place: str, limit: int) -> str:
    word = " ".join(text.split())
    if not word or len(word) > limit or not word.isprintable():
        raise WordMissing(place=place, limit=limit)
    return word
