"""The rules of a deployment: what ships, with what was published and not taken back, read again when that changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hongmao.definitions.api import ActKind, standing
from hongmao.eligibility.errors import (
    RulesetLineage,
    RulesetRevertRefused,
    RulesetSaysNothingNew,
    RulesetUnknown,
)
from hongmao.eligibility.loading import IDS, read, shipped
from hongmao.kernel.time import SECOND_MS, day_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.eligibility.acts import RuleAct
    from hongmao.eligibility.documents import Categories, RuleSet
    from hongmao.eligibility.loading import Sort, Source
    from hongmao.eligibility.store import RuleStore
    from hongmao.kernel.clock import Clock

CHECK_EVERY_MS: Final = SECOND_MS


@dataclass(frozen=True, slots=True)
class Rules:
    """The two files that speak of a day."""

    ruleset: RuleSet
    categories: Categories


@dataclass(frozen=True, slots=True)
class Version:
    """A version that stands, and the act that brought it; None for one that ships with us."""

    source: Source
    act: RuleAct | None

    @property
    def key(self) -> str:
        """Name it."""
        return self.source.document.key


@dataclass(frozen=True, slots=True)
class _State:
    last: int
    acts: tuple[RuleAct, ...]
    versions: tuple[Version, ...]


class LiveRules:
    """Rule sets and categories that follow the deployment's decisions; another process's show within a second."""

    def __init__(self, store: RuleStore, clock: Clock, *, ship: Sequence[Source] | None = None) -> None:
        """Read the acts once; `ship` stands for the files that ship with us."""
        self._store = store
        self._clock = clock
        self._ship = tuple(ship if ship is not None else shipped())
        self._now = self._read()
        self._checked_at_ms = clock.now_ms()

    def on(self, day: date) -> Rules:
        """Give what speaks of a day: of each sort the latest version whose first day has come, else the first there is."""
        return Rules(cast("RuleSet", self._on("ruleset", day)), cast("Categories", self._on("categories", day)))

    def versions(self) -> tuple[Version, ...]:
        """List every version that stands, rule sets first, oldest first."""
        return self._fresh().versions

    def acts(self) -> tuple[RuleAct, ...]:
        """List every act, first to last."""
        return self._fresh().acts

    def last(self) -> int:
        """Give the number of the last act: it grows with every decision."""
        return self._fresh().last

    def meant(self, sort: Sort, key: str, fingerprint: str) -> RuleSet | Categories:
        """Find the version of a meaning, one that was taken back included; raises `RulesetUnknown`."""
        applied = (_source_of(act) for act in self.refresh().acts if act.kind is ActKind.APPLY)
        for source in (*self._ship, *applied):
            if (source.sort, source.document.key, source.document.fingerprint) == (sort, key, fingerprint):
                return source.document
        raise RulesetUnknown(id=f"{key} {fingerprint}")

    def demand_next(self, draft: Source) -> None:
        """Let a draft through that follows the newest version of its sort and begins today or later."""
        versions = [one.source.document for one in self.refresh().versions if one.source.sort == draft.sort]
        newest, document = versions[-1], draft.document
        if any((one.key, one.fingerprint) == (document.key, document.fingerprint) for one in versions):
            raise RulesetSaysNothingNew(place=draft.place("version"), key=document.key)
        day = max(day_of(self._clock.now_ms()), newest.effective)
        follows = (document.version, document.supersedes) == (newest.version + 1, newest.key)
        if not follows or document.effective < day or document.effective == newest.effective:
            raise RulesetLineage(place=draft.place("version"), key=document.key, expected=newest.key, day=day)

    def demand_own(self, key: str) -> RuleAct:
        """Find the act that brought the newest version of its sort; raises `RulesetUnknown` or `RulesetRevertRefused`."""
        versions = self.refresh().versions
        found = next((one for one in versions if one.key == key), None)
        if found is None:
            raise RulesetUnknown(id=key)
        newest = [one for one in versions if one.source.sort == found.source.sort][-1]
        if found.act is None or found != newest:
            raise RulesetRevertRefused(id=key)
        return found.act

    def refresh(self) -> _State:
        """Look for changes now."""
        self._checked_at_ms = self._clock.now_ms()
        if self._store.last_act() != self._now.last:
            self._now = self._read()
        return self._now

    def _fresh(self) -> _State:
        # A clock that was set back must not keep us from looking.
        if abs(self._clock.now_ms() - self._checked_at_ms) >= CHECK_EVERY_MS:
            self.refresh()
        return self._now

    def _on(self, sort: Sort, day: date) -> RuleSet | Categories:
        versions = [one.source.document for one in self._fresh().versions if one.source.sort == sort]
        return [versions[0], *(one for one in versions if one.effective <= day)][-1]

    def _read(self) -> _State:
        acts = tuple(self._store.acts())
        # What a release ships by now counts as shipped, whoever had published it before.
        ship = {one.document.key for one in self._ship}
        versions = [Version(source, None) for source in self._ship]
        versions += [Version(_source_of(act), act) for act in standing(acts) if act.key not in ship]
        order = list(IDS)
        versions.sort(key=lambda one: (order.index(one.source.sort), one.source.document.version))
        return _State(acts[-1].number if acts else 0, acts, tuple(versions))


def _source_of(act: RuleAct) -> Source:
    return read(act.text, file=f"published/{act.key}.toml", sort=act.sort)
