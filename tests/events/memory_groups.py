"""The oracle of consumer groups: a dictionary, copied when work begins and put in its place when work ends well."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hongmao.events.api import check_move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class MemoryWork:
    def __init__(self, group: str, at: int, end: Callable[[], int]) -> None:
        self.group, self.at, self.end = group, at, end
        self.effects: list[int] = []

    def position(self) -> int:
        return self.at

    def move_to(self, offset: int) -> None:
        check_move(self.group, at=self.at, to=offset, end=self.end())
        self.at = offset


class MemoryGroups:
    def __init__(self, end: Callable[[], int]) -> None:
        self.end = end
        self.at: dict[str, int] = {}
        self.effects: Counter[int] = Counter()
        self.turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def position(self, group: str) -> int:
        return self.at.get(group, 0)

    def positions(self) -> dict[str, int]:
        return dict(sorted(self.at.items()))

    @contextmanager
    def begin(self, group: str) -> Iterator[MemoryWork]:
        with self.turns[group]:
            work = MemoryWork(group, self.position(group), self.end)
            yield work
            self.at[group] = work.at
            self.effects.update(work.effects)

    def restart(self, group: str) -> None:
        with self.turns[group]:
            self.at[group] = 0
