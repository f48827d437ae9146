"""The jump (跳转): one tap in, one durable click out, then the way into the shop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, assert_never

import msgspec

from hongmao.events.api import Event, Kind
from hongmao.kernel.errors import HongmaoError
from hongmao.links.addresses import address_for, intent_of
from hongmao.links.caps import Caps
from hongmao.links.contracts import PLACEMENTS, Invalid, NotLive, Redirect, WakePage, WayKind
from hongmao.links.errors import LinkUnknown
from hongmao.links.macros import TapFacts
from hongmao.links.rules import ClickFacts, choose_way, is_live, judge_click
from hongmao.links.taps import Taps

if TYPE_CHECKING:
    from collections.abc import Collection

    from hongmao.events.api import EventLog
    from hongmao.links.contracts import AdLink, JumpAnswer, JumpRequest
    from hongmao.links.table import LinkTable
    from hongmao.links.token import Minted, TokenMinter
    from hongmao.links.wakeup import WakeUp

_ID_CHARS_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpParts:
    """What a jump works with. Two doors to one jump share them, so that a tap at one is a repeat at the other."""

    table: LinkTable
    minter: TokenMinter
    wakeup: WakeUp
    taps: Taps
    caps: Caps
    closed: frozenset[str]


class Jump:
    """Answers taps. Whatever the answer, the click is on disk before it leaves (promise 1)."""

    def __init__(
        self,
        table: LinkTable,
        minter: TokenMinter,
        log: EventLog,
        wakeup: WakeUp,
        *,
        taps: Taps | None = None,
        caps: Caps | None = None,
        closed: Collection[str] = (),
    ) -> None:
        """Work on the link table and the log. `closed` are the platforms whose jump is in a pilot that is not open here."""
        self._log = log
        self.parts = JumpParts(
            table=table,
            minter=minter,
            wakeup=wakeup,
            taps=taps or Taps(),
            caps=caps or Caps(),
            closed=frozenset(closed),
        )

    @property
    def timer_ms(self) -> int:
        """Give how long the app page waits for the app before it takes the fallback."""
        return self.parts.wakeup.timer_ms

    async def ask(self, request: JumpRequest) -> JumpAnswer:
        """Record a tap and say where it leads. Raises `LinkUnknown`; `LogFull`/`LogClosed` where it could not be kept."""
        link = self.parts.table.find(request.link)
        if link is None:
            raise LinkUnknown(id=request.link[:_ID_CHARS_MAX])
        profile = self.parts.wakeup.profile_of(request.user_agent)
        live, labelled = is_live(link), self._proven(link, request)
        if labelled and request.media is not None:
            # Our own seal proves who showed the link: no parameter makes the tap another media's, and free.
            request = replace(request, media=None)
        is_open = link.platform not in self.parts.closed
        facts = ClickFacts(
            method=request.method,
            purpose=request.purpose,
            traffic=profile.traffic,
            labelled=labelled,
            live=live,
            elsewhere=request.media is not None,
            open=is_open,
        )
        minted = self.parts.minter.mint_click()
        click = click_of(link, request, minted, judge_click(facts), labelled=labelled, agent=profile.name)
        await self._keep(click, request)
        if not (live and is_open):
            return NotLive(link=link, click_id=minted.click_id)
        return self._lead(link, choose_way(link, profile), minted, request.user_agent)

    async def _keep(self, event: Event, request: JumpRequest) -> None:
        parts, at_ms, tap, counts = self.parts, event.occurred_at_ms, None, False
        if event.invalid is None:
            showing = event.impression or event.media_click
            tap = parts.taps.tap_of(request.link, showing, event.reader, request.device)
            repeated = tap is not None and parts.taps.repeats(tap, at_ms)
            counts = not repeated
            above = None if repeated else parts.caps.tapped(request.device, request.net, request.link, at_ms)
            event = msgspec.structs.replace(event, invalid=Invalid.REPEAT_TAP if repeated else above)
        try:
            # The log's future is shielded: a reader who hangs up must not undo, or trip, the commit of everybody's clicks.
            await asyncio.shield(asyncio.wrap_future(self._log.append([event])))
        except HongmaoError:
            if counts:  # it was not kept, so the next try is the first tap
                if tap is not None:
                    parts.taps.forget(tap)
                parts.caps.untap(request.device, request.net, request.link, at_ms, event.invalid)
            raise

    def _proven(self, link: AdLink, request: JumpRequest) -> bool:
        """Tell whether the tap comes from a component that we rendered with its 广告."""
        if request.impression is None or request.seal is None:
            return False
        return self.parts.minter.check_seal(link.id, request.impression, request.seal)

    def _lead(self, link: AdLink, way: WayKind, minted: Minted, user_agent: str) -> JumpAnswer:
        click_id = minted.click_id
        facts = TapFacts(click_id=click_id, note=link.note, at_ms=minted.at_ms)
        fallback_url = address_for(link.fallback_url, facts)
        match way:
            case WayKind.FALLBACK:
                return Redirect(url=fallback_url, way=way, click_id=click_id)
            case WayKind.UNIVERSAL_LINK:
                return Redirect(url=address_for(link.universal_link or "", facts), way=way, click_id=click_id)
            case WayKind.INTENT_PAGE | WayKind.SCHEME_PAGE:
                open_url = address_for(link.deeplink or "", facts)
                store_url = self.parts.wakeup.store_of(open_url, user_agent)
                if way is WayKind.INTENT_PAGE:
                    package = self.parts.wakeup.package_of(open_url)
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


def click_of(
    link: AdLink, request: JumpRequest, minted: Minted, invalid: Invalid | None, *, labelled: bool, agent: str
) -> Event:
    """Write a tap down as the component click it is."""
    elsewhere = request.media
    return Event(
        event_id=minted.event_id,
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=minted.at_ms,
        received_at_ms=minted.at_ms,
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
        click_id=minted.click_id,
        media=None if elsewhere is None else elsewhere.media,
        media_click=None if elsewhere is None else elsewhere.click_id,
        callback_param=None if elsewhere is None else elsewhere.callback,
        media_problem=None if elsewhere is None else elsewhere.problem,
        agent=agent,
        platform=link.platform,
    )
