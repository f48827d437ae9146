"""What every store of consumer groups must do. A subclass says how one is opened and what its effect is; pytest does the rest.

The effect of these tests is a tally: a number per offset of the log, which has to be one for each in the end.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from events.memory_groups import MemoryGroups
from hongmao.events.api import OffsetRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from hongmao.events.api import ConsumerGroups

END = 40
LEDGER, MAIL = "a ledger", "mail"


class Stumble(Exception):
    """A fault that the test planned."""


class Opened(Protocol):
    """One store, as one process has it."""

    @property
    def groups(self) -> ConsumerGroups[Any]:
        """Give the groups under test."""
        ...

    def have_effect(self, work: Any, offset: int) -> None:
        """Write, in the work's transaction, that an offset was taken."""
        ...

    def effects(self) -> dict[int, int]:
        """Say how often each offset was taken."""
        ...

    def another(self) -> AbstractContextManager[Opened]:
        """Open the same store once more, as another process would."""
        ...


def take(opened: Opened, offset: int, *, stumbles: bool = False) -> None:
    """Take one event: effect and position, in one piece of work."""
    with opened.groups.begin(LEDGER) as work:
        opened.have_effect(work, offset)
        work.move_to(offset)
        if stumbles:
            raise Stumble


class GroupsConformance:
    """The suite. `fresh` opens an empty store."""

    fresh: Callable[[], AbstractContextManager[Opened]]

    @pytest.fixture
    def opened(self) -> Any:
        with type(self).fresh() as opened:
            yield opened

    def test_a_group_that_has_yet_to_begin_stands_before_the_first_event(self, opened: Opened) -> None:
        assert opened.groups.position(LEDGER) == 0
        assert dict(opened.groups.positions()) == {}

    def test_effect_and_position_are_kept_together(self, opened: Opened) -> None:
        take(opened, 1)
        with opened.groups.begin(LEDGER) as work:
            assert work.position() == 1
        assert (opened.groups.position(LEDGER), opened.effects()) == (1, {1: 1})

    def test_what_fails_leaves_neither(self, opened: Opened) -> None:
        with pytest.raises(Stumble):
            take(opened, 1, stumbles=True)
        assert (opened.groups.position(LEDGER), opened.effects()) == (0, {})

    @pytest.mark.parametrize("to", [-1, 2, END + 1])
    def test_backwards_and_beyond_the_log_are_refused_and_nothing_of_the_work_is_kept(
        self, opened: Opened, to: int
    ) -> None:
        with opened.groups.begin(LEDGER) as work:
            work.move_to(3)
        with pytest.raises(OffsetRefused) as refused:
            take(opened, to)
        assert (opened.groups.position(LEDGER), opened.effects()) == (3, {})
        assert refused.value.message() == (
            f"The consumer {LEDGER} stands at 3 and cannot move to {to}; the log ends at {END}"
        )

    def test_who_starts_over_hears_everything_once_more(self, opened: Opened) -> None:
        for group, to in ((LEDGER, 7), (MAIL, 5)):
            with opened.groups.begin(group) as work:
                work.move_to(to)
        opened.groups.restart(LEDGER)
        assert dict(opened.groups.positions()) == {LEDGER: 0, MAIL: 5}
        with opened.groups.begin(LEDGER) as work:
            work.move_to(2)
        assert opened.groups.position(LEDGER) == 2

    def test_two_processes_of_a_group_take_turns_and_double_nothing(self, opened: Opened) -> None:
        faults: list[BaseException] = []

        def follow(own: Opened) -> None:
            try:
                while True:
                    with own.groups.begin(LEDGER) as work:
                        due = work.position() + 1
                        if due > END:
                            return
                        own.have_effect(work, due)
                        work.move_to(due)
            except BaseException as error:  # noqa: BLE001 - told by the test's own thread
                faults.append(error)

        with opened.another() as one, opened.another() as two:
            threads = [threading.Thread(target=follow, args=(own,)) for own in (one, two)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert faults == []
        assert opened.groups.position(LEDGER) == END
        assert opened.effects() == dict.fromkeys(range(1, END + 1), 1)

    @pytest.mark.parametrize("seed", range(6))
    def test_it_does_what_a_dictionary_does(self, opened: Opened, seed: int) -> None:
        chance, oracle = random.Random(seed), MemoryGroups(lambda: END)
        for _ in range(20):
            group, to, stumbles = chance.choice((LEDGER, MAIL)), chance.randint(-1, END + 2), chance.random() < 0.3
            told = [_told(groups, group, to, stumbles=stumbles) for groups in (oracle, opened.groups)]
            assert told[0] == told[1]
        began = {group: at for group, at in opened.groups.positions().items() if at}
        assert began == {group: at for group, at in oracle.positions().items() if at}


def _told(groups: ConsumerGroups[Any], group: str, to: int, *, stumbles: bool) -> object:
    """Try a move and say all that came of it."""
    try:
        with groups.begin(group) as work:
            work.move_to(to)
            if stumbles:
                raise Stumble
    except OffsetRefused as refused:
        return refused.params
    except Stumble:
        pass
    return groups.position(group)
