"""A writer's claim on the lake: the manifest as this writer knows it, and putting the next one in its place.

In a folder the kernel keeps a second writer away. On a store nothing does, so each writer counts the claim up before it
writes anything, and every manifest after it is taken only where the one before is still there: who was the writer until
then hears `LakeBusy` at its next manifest, however long it was away. Names of data files end with the claim, so nobody
ever puts, or clears away, a file of a later writer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from hongmao.engines.lake import manifest
from hongmao.engines.lake.errors import LakeStoreFailed
from hongmao.engines.lake.files import Overtaken
from hongmao.engines.lake.manifest import Manifest
from hongmao.events.api import LakeBusy, LakeDamaged, LakeOutdated
from hongmao.events.disk import this_process

if TYPE_CHECKING:
    from hongmao.engines.lake.files import LakeFiles

_NOBODYS: Final = '"00000000000000000000000000000000"'  # an ETag that no manifest has
_MARK: Final = re.compile(r"\.c(\d{6,})\.parquet$")


class Claim:
    """What one writer holds. Its callers take turns."""

    def __init__(self, files: LakeFiles) -> None:
        """Look at the lake and claim it; what is damaged or outdated is claimed by wiping it."""
        self._files = files
        self._lock = files.lock()
        self._doubted: Manifest | None = None
        self._conditions_hold = False
        try:
            seen = files.manifest()
            self._tag = None if seen is None else seen.tag
            self._lake: Manifest | LakeDamaged | LakeOutdated | LakeBusy
            try:
                self._lake = manifest.of_today(manifest.understood(seen, files.where), files.where)
            except (LakeDamaged, LakeOutdated) as error:
                self._lake = error
            else:
                self._begin(self._lake)
        except BaseException:
            self._lock.release()
            raise

    @property
    def sound(self) -> bool:
        """Tell whether the lake can be written to as it is."""
        return isinstance(self._lake, Manifest)

    def lake(self) -> Manifest:
        """Give the manifest that counts; raise what is wrong with the lake or with our claim."""
        if self._doubted is not None:
            self._came_through()
        return self.known()

    def known(self) -> Manifest:
        """Give the manifest that counts as far as we have heard: nobody waits for it, and any thread may ask."""
        if isinstance(self._lake, Manifest):
            return self._lake
        raise self._lake

    def publish(self, lake: Manifest) -> None:
        """Let a manifest count; durable on return. `LakeBusy` where another writer has taken the lake over.

        After `LakeStoreFailed` it may count or not; the next `lake` says which.
        """
        try:
            self._tag = manifest.swap(self._files, lake, seen=self._tag)
        except LakeStoreFailed:
            self._doubted = lake
            raise
        except LakeBusy as busy:
            # One of our own whose answer was lost may have come through after all; then the next act goes on from it.
            if not self._came_through():
                self._lake = busy
            raise
        self._lake, self._doubted = lake, None
        if self._files.claimed and not self._conditions_hold:
            self._try_conditions(lake)
            self._conditions_hold = True

    def anew(self) -> Manifest:
        """Give an empty lake under a claim that no file of the last one has: what is still being deleted is not ours."""
        if isinstance(self._lake, LakeBusy):
            raise self._lake
        if not self._files.claimed:
            self._tag = self._files.tag()  # whatever stands there now
            return Manifest()
        return _claimed(Manifest(), self._highest() + 1)

    def release(self) -> None:
        """Let the next writer of this machine in."""
        self._lock.release()

    def _begin(self, lake: Manifest) -> None:
        if self._files.claimed:
            self.publish(_claimed(lake, _number(lake) + 1))

    def _try_conditions(self, lake: Manifest) -> None:
        """See that the store refuses what contradicts the manifest; one that looked at no conditions would lose events."""
        data = msgspec.json.encode(lake)  # what stands there already, in case it is taken
        for seen in (None, _NOBODYS):
            try:
                self._files.swap(data, seen=seen)
            except Overtaken:
                continue
            raise LakeStoreFailed(path=self._files.where, why="it takes puts whose conditions are not met")

    def _came_through(self) -> bool:
        """Find out what became of a manifest that we put without hearing an answer."""
        doubted, self._doubted = self._doubted, None
        if doubted is None:
            return False
        try:
            seen = self._files.manifest()
        except LakeStoreFailed:
            self._doubted = doubted
            raise
        if seen is None or seen.data != msgspec.json.encode(doubted):
            self._doubted = doubted  # it may still be on its way
            return False
        self._lake, self._tag = doubted, seen.tag
        return True

    def _highest(self) -> int:
        """Find the highest claim that was ever made, also where the manifest is unreadable."""
        found = [_MARK.search(name) for name in self._files.names()]
        marks = [int(match[1]) for match in found if match]
        try:
            said = _number(manifest.load_any(self._files))
        except LakeDamaged:
            said = 0
        return max([*marks, said])


def _number(lake: Manifest) -> int:
    return 0 if lake.claim is msgspec.UNSET else lake.claim


def _claimed(lake: Manifest, number: int) -> Manifest:
    return replace(lake, claim=number, holder=this_process())
