"""The jump (跳转): one tap in, one durable click out, then the way into the shop."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

import msgspec

from hongmao.events.api import Event, Kind
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import SECOND_MS
from hongmao.links.addresses import address_for, intent_of
from hongmao.links.contracts import PLACEMENTS, Invalid, NotLive, Redirect, WakePage, WayKind
from hongmao.links.errors import LinkUnknown
from hongmao.links.macros import TapFacts
from hongmao.links.rules import ClickFacts, choose_way, is_live, judge_click
from hongmao.links.token import click_event_id, minted_at_ms

if TYPE_CHECKING:
    from collections.abc import Collection

    from hongmao.events.api import EventLog
    from hongmao.kernel.ids import ClickId
    from hongmao.links.contracts import AdLink, JumpAnswer, JumpRequest
    from hongmao.links.table import LinkTable
    from hongmao.links.token import TokenMinter
    from hongmao.links.wakeup import WakeUp

REPEAT_TAP_MS: Final = 10 * SECOND_MS  # an impatient finger; whoever comes back later has looked again
TAPS_REMEMBERED_MAX: Final = 50_000
_ID_CHARS_MAX: Final = 64
_Tap = tuple[str | None, str | None, str | None]
"""Link; which showing of it, here or elsewhere; reader."""


class Jump:
    """Answers taps. Whatever the answer, the click is on disk before it leaves (promise 1)."""

    def __init__(
        self,
        table: LinkTable,
        minter: TokenMinter,
        log: EventLog,
        wakeup: WakeUp,
        *,
        repeat_tap_ms: int = REPEAT_TAP_MS,
        closed: Collection[str] = (),
    ) -> None:
        """Work on the link table and the log. `closed` are the platforms whose jump is in a pilot that is not open here."""
        self._closed = frozenset(closed)
        self._table = table
        self._minter = minter
        self._log = log
        self._wakeup = wakeup
        self._taps = _Taps(repeat_tap_ms)

    @property
    def timer_ms(self) -> int:
        """Give how long the app page waits for the app before it takes the fallback."""
        return self._wakeup.timer_ms

    async def ask(self, request: JumpRequest) -> JumpAnswer:
        """Record a tap and say where it leads. Raises `LinkUnknown`; `LogFull`/`LogClosed` where it could not be kept."""
        link = self._table.find(request.link)
        if link is None:
            raise LinkUnknown(id=request.link[:_ID_CHARS_MAX])
        profile = self._wakeup.profile_of(request.user_agent)
        live, labelled = is_live(link), self._proven(link, request)
        if labelled and request.media is not None:
            # Our own seal proves who showed the link: no parameter makes the tap another media's, and free.
            request = replace(request, media=None)
        is_open = link.platform not in self._closed
        facts = ClickFacts(
            method=request.method,
            purpose=request.purpose,
            traffic=profile.traffic,
            labelled=labelled,
            live=live,
            elsewhere=request.media is not None,
            open=is_open,
        )
        click_id = self._minter.mint()
        click = _click(link, request, click_id, judge_click(facts), labelled=labelled, agent=profile.name)
        await self._keep(click)
        if not (live and is_open):
            return NotLive(link=link, click_id=click_id)
        return self._lead(link, choose_way(link, profile), click_id, request.user_agent)

    async def _keep(self, event: Event) -> None:
        tap = (event.link, event.impression or event.media_click, event.reader)
        if event.invalid is None and self._taps.repeats(tap, event.occurred_at_ms):
            event = msgspec.structs.replace(event, invalid=Invalid.REPEAT_TAP)
        try:
            # The log's future is shielded: a reader who hangs up must not undo, or trip, the commit of everybody's clicks.
            await asyncio.shield(asyncio.wrap_future(self._log.append([event])))
        except HongmaoError:
            self._taps.forget(tap)  # it was not kept, so the next try is the first tap
            raise

    def _proven(self, link: AdLink, request: JumpRequest) -> bool:
        """Tell whether the tap comes from a component that we rendered with its 广告."""
        if request.impression is None or request.seal is None:
            return False
        return self._minter.check_seal(link.id, request.impression, request.seal)

    def _lead(self, link: AdLink, way: WayKind, click_id: ClickId, user_agent: str) -> JumpAnswer:
        facts = TapFacts(click_id=click_id, note=link.note, at_ms=minted_at_ms(click_id) or 0)
        fallback_url = address_for(link.fallback_url, facts)
        match way:
            case WayKind.FALLBACK:
                return Redirect(url=fallback_url, way=way, click_id=click_id)
            case WayKind.UNIVERSAL_LINK:
                return Redirect(url=address_for(link.universal_link or "", facts), way=way, click_id=click_id)
            case WayKind.INTENT_PAGE | WayKind.SCHEME_PAGE:
                open_url = address_for(link.deeplink or "", facts)
                store_url = self._wakeup.store_of(open_url, user_agent)
                if way is WayKind.INTENT_PAGE:
                    package = self._wakeup.package_of(open_url)
                    open_url = intent_of(open_url, fallback_url=fallback_url, package=package)
                return WakePage(
                    link=link,
                    way=way,
                    open_url=open_url,
                    fallback_url=fallback_url,
                    click_id=click_id,
                    store_url=store_url,
                )
            case _:
                assert_never(way)


def _click(
    link: AdLink, request: JumpRequest, click_id: ClickId, invalid: Invalid | None, *, labelled: bool, agent: str
) -> Event:
    event_id, at_ms = click_event_id(click_id), minted_at_ms(click_id)
    if event_id is None or at_ms is None:  # the minter's own words always read
        raise AssertionError(click_id)
    elsewhere = request.media
    return Event(
        event_id=event_id,
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=at_ms,
        received_at_ms=at_ms,
        tenant=link.tenant,
        reader=request.reader,
        note=link.note,
        creator=link.creator,
        merchant=link.merchant,
        shop=link.shop,
        item=link.item,
        link=link.id,
        line=link.line,
        # An impression without its seal is hearsay and is not kept as a fact.
        impression=request.impression if labelled else None,
        placement=request.placement if request.placement in PLACEMENTS else None,
        labelled=labelled if elsewhere is None else None,
        invalid=invalid,
        price_fen=link.price_fen if elsewhere is None else 0,
        click_id=click_id,
        media=None if elsewhere is None else elsewhere.media,
        media_click=None if elsewhere is None else elsewhere.click_id,
        callback_param=None if elsewhere is None else elsewhere.callback,
        media_problem=None if elsewhere is None else elsewhere.problem,
        agent=agent,
        platform=link.platform,
    )


class _Taps:
    """Remembers who tapped what a moment ago; bounded, so that a flood forgets the oldest and grows nothing."""

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._last: OrderedDict[_Tap, int] = OrderedDict()

    def repeats(self, tap: _Tap, at_ms: int) -> bool:
        """Note a tap, and tell whether the same one came within the window. The first of a burst counts, no other.

        Where neither showing nor reader is known, as behind an ad elsewhere whose macro nobody filled, two taps may be two
        people's, and none is a repeat.
        """
        if tap[1:] == (None, None):
            return False
        first = self._last.get(tap)
        if first is not None and 0 <= at_ms - first < self._window_ms:
            return True
        self._last[tap] = at_ms
        self._last.move_to_end(tap)
        if len(self._last) > TAPS_REMEMBERED_MAX:
            self._last.popitem(last=False)
        return False

    def forget(self, tap: _Tap) -> None:
        """Take back what was noted."""
        self._last.pop(tap, None)
