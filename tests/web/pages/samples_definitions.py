"""The deployment's decisions on definitions in tests: last_click v2 from June, and a version that was taken back."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

from hongmao.definitions.api import (
    DefinitionDesk,
    DefinitionsMovedOn,
    LiveRegistry,
    MoveFigure,
    Outlook,
    Reading,
    RecomputeCredits,
    read_draft,
)
from hongmao.kernel.clock import SetClock
from web.pages import samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.definitions.api import Act, Registry

WHO = f"林口径 {samples.NASTY}"[:64]


class MemoryStore:
    """Acts in memory."""

    def __init__(self) -> None:
        self.kept: list[Act] = []

    def acts(self) -> Sequence[Act]:
        return tuple(self.kept)

    def revision(self) -> int:
        return len(self.kept)

    def keep(self, acts: Sequence[Act], *, revision: int) -> Sequence[Act]:
        if revision != self.revision():
            raise DefinitionsMovedOn
        first = len(self.kept) + 1
        self.kept += [replace(act, number=first + n, batch=first) for n, act in enumerate(acts)]
        return self.kept[first - 1 :]


class Foresight:
    """Says of every change that one note's net GMV moves."""

    def look(self, before: Registry, after: Registry) -> Outlook:
        assert before is not after
        return Outlook(
            credits=(
                RecomputeCredits(
                    definition="last_click.v2", first_day=date(2025, 5, 1), last_day=date(2025, 5, 14), rows=1_204
                ),
            ),
            figures=(
                MoveFigure(
                    metric="gmv_net",
                    day=date(2025, 5, 8),
                    note="note-001",
                    before=Reading(text="2,709.00", numerator=270_900),
                    after=Reading(text="2,809.00", numerator=280_900),
                ),
                MoveFigure(
                    metric="roi_net",
                    day=None,
                    note=None,
                    before=Reading(text="—", numerator=None),
                    after=Reading(text="1.88", numerator=188, denominator=100),
                ),
            ),
        )


def last_click(version: int, *, default_window: str, effective: str) -> str:
    """Write a later version of the file that ships."""
    shipped = (files("hongmao.definitions") / "files" / "attribution" / "last_click.v1.toml").read_text(
        encoding="utf-8"
    )
    return (
        shipped.replace("version = 1\n", f'version = {version}\nsupersedes = "last_click.v{version - 1}"\n')
        .replace("effective = 2025-01-01", f"effective = {effective}")
        .replace('default_window = "15d"', f'default_window = "{default_window}"')
    )


@functools.cache
def desk() -> DefinitionDesk:
    """Decide what has been decided: v2 with 7 d, taken back, and then v2 with 30 d from 1 June.

    No page decides anything, so all tests may share it.
    """
    store, clock = MemoryStore(), SetClock(samples.NOW_MS)
    made = DefinitionDesk(LiveRegistry(store, clock), store, Foresight(), clock, credited_by=("last_click",))
    first = read_draft(last_click(2, default_window="7d", effective="2025-05-10"), file="v2.toml")
    made.carry_out(made.plan([first]), who=WHO, why="七天更贴近冲动消费")
    made.carry_out(made.plan_revert(["last_click.v2"]), who=WHO, why="商家未获通知")
    second = read_draft(last_click(2, default_window="30d", effective="2025-06-01"), file="v2.toml")
    made.carry_out(made.plan([second]), who=WHO, why="大促蓄水期较长")
    return made
