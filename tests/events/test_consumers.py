"""The oracle of consumer groups keeps its own promises."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from events.groups_conformance import END, GroupsConformance
from events.memory_groups import MemoryGroups, MemoryWork

if TYPE_CHECKING:
    from collections.abc import Iterator


class InMemory:
    def __init__(self) -> None:
        self.groups = MemoryGroups(lambda: END)

    def have_effect(self, work: MemoryWork, offset: int) -> None:
        work.effects.append(offset)

    def effects(self) -> dict[int, int]:
        return dict(self.groups.effects)

    @contextmanager
    def another(self) -> Iterator[InMemory]:
        yield self


class TestInMemory(GroupsConformance):
    @staticmethod
    @contextmanager
    def fresh() -> Iterator[InMemory]:
        yield InMemory()
