"""唤端结果 (wake-up outcomes): what became of a jump, as its page saw it, fed back by kind of browser."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.events.api import Event, Kind
from hongmao.links.contracts import TokenProblem
from hongmao.links.errors import ClickNotOurs, LinkUnknown
from hongmao.links.token import click_event_id

if TYPE_CHECKING:
    from hongmao.events.api import EventLog
    from hongmao.kernel.clock import Clock
    from hongmao.links.table import LinkTable
    from hongmao.links.token import TokenMinter
    from hongmao.links.wakeup import WakeUp

_ID_CHARS_MAX: Final = 64


class WakeOutcome(StrEnum):
    """How a jump's page ended. A page tells one end, its first; a browser without scripts tells none, which is unknown."""

    OPENED = "opened"  # the page was hidden or left after a tap: the app came up
    STORE = "store"  # the reader went to get the app
    FALLBACK = "fallback"  # the web page followed, by the timer or by the reader's own choice
    BLOCKED = "blocked"  # the browser asked or refused: the page lost the focus, stayed in sight, and no app came
    TIMEOUT = "timeout"  # neither the app nor the web page came up


class WakeFeedback:
    """Takes what pages tell. One outcome a click: the log keeps the first."""

    def __init__(self, table: LinkTable, minter: TokenMinter, log: EventLog, wakeup: WakeUp, clock: Clock) -> None:
        """Work on the jump's own parts."""
        self._table = table
        self._minter = minter
        self._log = log
        self._wakeup = wakeup
        self._clock = clock

    async def tell(self, *, link: str, click_id: str, outcome: WakeOutcome, user_agent: str) -> bool:
        """Keep an outcome, durable on return; say whether it is the click's first.

        Raises `ClickNotOurs` where the click token proves nothing, `LinkUnknown`; `LogFull`/`LogClosed` as the log does.
        """
        now_ms = self._clock.now_ms()
        verdict = self._minter.verify(click_id, now_ms=now_ms)
        click = click_event_id(click_id)
        if isinstance(verdict, TokenProblem) or click is None:
            raise ClickNotOurs(place="click")
        there = self._table.find(link)
        if there is None:
            raise LinkUnknown(id=link[:_ID_CHARS_MAX])
        event = Event(
            event_id=f"wak:{click.partition(':')[2]}",
            kind=Kind.WAKEUP,
            occurred_at_ms=now_ms,
            received_at_ms=now_ms,
            tenant=there.tenant,
            note=there.note,
            merchant=there.merchant,
            shop=there.shop,
            link=there.id,
            line=there.line,
            click_id=click_id,
            platform=there.platform,
            outcome=outcome.value,
            agent=self._wakeup.profile_of(user_agent).name,
        )
        (kept,) = await asyncio.shield(asyncio.wrap_future(self._log.append([event])))
        return not kept.duplicate
