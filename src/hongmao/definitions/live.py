"""The registry of a deployment: what ships, with what was applied and not taken back, read again when that changes.

Another process may apply a definition while this one serves, so at most once a second the revision is looked at. One set
is swapped for the next; readers never wait and never see half of a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.definitions.acts import Act, ActKind, standing
from hongmao.definitions.errors import PinUnknown
from hongmao.definitions.loader import registry_of, shipped
from hongmao.definitions.registry import Registry
from hongmao.definitions.sources import source_of
from hongmao.kernel.time import SECOND_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.definitions.contracts import AnyDefinition
    from hongmao.definitions.known import Known
    from hongmao.definitions.sources import Source
    from hongmao.definitions.store import DefinitionStore
    from hongmao.kernel.clock import Clock

CHECK_EVERY_MS: Final = SECOND_MS


@dataclass(frozen=True, slots=True)
class Deployed:
    """The acts of a deployment at one revision, and what follows from them."""

    revision: int
    acts: tuple[Act, ...]
    sources: tuple[Source, ...]
    """The files that stand: shipped and applied."""
    registry: Registry


class LiveRegistry(Registry):
    """A registry that follows the deployment's decisions."""

    def __init__(
        self,
        store: DefinitionStore,
        clock: Clock,
        *,
        known: Known | None = None,
        ship: Sequence[Source] | None = None,
        check_every_ms: int = CHECK_EVERY_MS,
    ) -> None:
        """Read the acts once; `ship` stands for the files that ship with us."""
        self._store = store
        self._clock = clock
        self._known = known
        self._ship = tuple(ship if ship is not None else shipped())
        self._check_every_ms = check_every_ms
        self._now = self._read()
        self._checked_at_ms = clock.now_ms()
        super().__init__(())

    @property
    def definitions(self) -> tuple[AnyDefinition, ...]:
        """Give every version there is at this moment."""
        return self.deployed().registry.definitions

    def snapshot(self) -> Registry:
        """Take what there is now."""
        return self.deployed().registry

    def deployed(self) -> Deployed:
        """Give the state that was read last, at most a second ago."""
        # A clock that was set back must not keep us from looking.
        if abs(self._clock.now_ms() - self._checked_at_ms) >= self._check_every_ms:
            self.refresh()
        return self._now

    def refresh(self) -> Deployed:
        """Look for changes now."""
        self._checked_at_ms = self._clock.now_ms()
        if self._store.revision() != self._now.revision:
            self._now = self._read()
        return self._now

    def with_changes(self, *, add: Sequence[Source] = (), without: Iterable[str] = ()) -> Registry:
        """Make the registry that would follow, checked as a whole; raises a `DefinitionRefused` with its line."""
        gone = set(without)
        stay = [one for one in self._now.sources if one.definition.key not in gone]
        return registry_of([*stay, *add], known=self._known)

    def as_decided(self, at_ms: int) -> Registry:
        """Make the registry as it was decided before an instant, whatever was decided since."""
        return registry_of(self._stand([act for act in self.refresh().acts if act.at_ms < at_ms]))

    def pinned(self, pins: Mapping[str, str]) -> Registry:
        """Make the registry that a report was made by: keys and fingerprints, versions taken back included.

        Raises `PinUnknown` for one that this deployment never had.
        """
        applied = [source_of(act) for act in self.refresh().acts if act.kind is ActKind.APPLY]
        had = {(one.definition.key, one.definition.fingerprint): one.definition for one in (*self._ship, *applied)}
        found: list[AnyDefinition] = []
        for pin in pins.items():
            if pin not in had:
                raise PinUnknown(id=pin[0], fingerprint=pin[1])
            found.append(had[pin])
        return Registry(tuple(sorted(found, key=lambda one: (one.id, one.version))))

    def _read(self) -> Deployed:
        # The revision first: a change in between is then read twice rather than missed.
        revision = self._store.revision()
        acts = tuple(self._store.acts())
        sources = self._stand(acts)
        return Deployed(revision, acts, sources, registry_of(sources, known=self._known))

    def _stand(self, acts: Sequence[Act]) -> tuple[Source, ...]:
        """Put applied files beside those that ship; what a release ships by now word for word counts as shipped."""
        ship = {(one.definition.key, one.definition.fingerprint) for one in self._ship}
        applied = [source_of(act) for act in standing(acts) if (act.key, act.fingerprint) not in ship]
        return (*self._ship, *applied)
