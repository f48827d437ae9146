"""Draws what readers of a note did in the shop on a day, and which of them the sample tells: the same whenever it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from hongmao.platforms.sandbox.shop.market import Market

VISITORS_MAX: Final = 60
READERS_MAX: Final = 1_500
SPEND_FEN_MAX: Final = 90_000
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as the sandbox was told of it."""

    task_id: str
    start: date
    end: date
    ratio: Decimal

    def covers(self, day: date) -> bool:
        """Tell whether a day is within it."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One note's day."""

    readers: int
    spend_fen: int
    in_task_fen: int
    visitors15: int
    visitors30: int
    seen15: int
    seen30: int


def draw_day(market: Market, task: Task, note: str, day: date) -> Day:
    """Draw a day. Whoever comes within 15 days comes within 30, and whom the sample tells it tells in both windows."""
    about = f"{task.task_id} {note} {day.isoformat()}"
    readers = market.draw(f"readers {about}", READERS_MAX)
    spend = market.draw(f"spend {about}", SPEND_FEN_MAX)
    in_task = task.covers(day)
    visitors30 = market.draw(f"visitors {about}", VISITORS_MAX) if in_task else 0
    visitors15 = visitors30 - market.draw(f"late visitors {about}", visitors30 // 3 + 1)
    bar = int(task.ratio * _MILLION)
    told = [market.draw(f"told {about} {number}", _MILLION) < bar for number in range(visitors30)]
    return Day(
        readers=readers,
        spend_fen=spend,
        in_task_fen=spend if in_task else 0,
        visitors15=visitors15,
        visitors30=visitors30,
        seen15=sum(told[:visitors15]),
        seen30=sum(told),
    )
