"""The jump's short way: the taps that end in a 302, with all that hangs on the link alone worked out beforehand.

Every answer and every record is the one that `Jump` would give, byte for byte; what this way does not know (app pages,
dead ends, clicks of other media) it leaves to `Jump` by answering None, before anything was minted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from hongmao.events.api import pack
from hongmao.kernel.ids import ClickId, EventId, ReaderId
from hongmao.links.addresses import address_for
from hongmao.links.contracts import Invalid, JumpRequest, Traffic, WayKind
from hongmao.links.jump import click_of
from hongmao.links.macros import TapFacts
from hongmao.links.rules import ClickFacts, choose_way, is_live, judge_click
from hongmao.links.token import TOKEN_CHARS, Minted

if TYPE_CHECKING:
    from hongmao.links.contracts import AdLink, AgentProfile
    from hongmao.links.jump import JumpParts
    from hongmao.links.taps import Tap

LINKS_WARM_MAX: Final = 16_384
RECORDS_WARM_MAX: Final = 32_768
"""Of all links together. Both are halves: the newer, and the older of what nobody has asked for meanwhile."""
_EVENT: Final = EventId("\1" * 30)  # as long as every event id of a click, so that its length stands in the template
_CLICK: Final = ClickId("\2" * TOKEN_CHARS)
_READER: Final = ReaderId("\3\3\3")
_IMPRESSION: Final = "\4\4\4"
_AT_MS: Final = 0x0505_0505_0505_0505
_PERSON: Final = Traffic.PERSON
_UNKNOWN: Final = (b"?",)
_packed: Final = msgspec.msgpack.Encoder().encode

Dress = Callable[[str], bytes]
"""Makes of a piece of an address what stands in an answer."""


class TapHead(NamedTuple):
    """What the headers of a tap say. `profile` is None where the request is more than a plain one.

    `agent` is a keyed hash of the browser's name, `forwarded` what a proxy says of who asked.
    """

    profile: AgentProfile | None
    purpose: str
    reader: ReaderId | None
    agent: bytes = b""
    forwarded: str | None = None


Noted = tuple["Tap | None", "str | bytes | None", "bytes | None", str, int]
"""What a tap was noted by, to know its repeats and to count it: its key, device, network, link and instant."""
HotTap = tuple[EventId, bytes, bytes, "Noted | None", "Invalid | None"]
"""The event's id, its record, the dressed address, what was noted of a tap that is no repeat, and why it does not count.

Plain tuples, as one of each is made for every tap and read once.
"""


class _Warm:
    """One link, its ways by browser and its records by what may differ in them."""

    __slots__ = ("link", "records", "ways")

    def __init__(self, link: AdLink) -> None:
        self.link = link
        self.ways: dict[str, tuple[bytes, ...] | None] = {}
        self.records: dict[tuple[object, ...], bytes] = {}

    def learn(self, head: TapHead, invalid: Invalid | None, placement: str | None, *, labelled: bool) -> bytes:
        """Pack such a click once, and leave places for what every tap brings anew.

        Nothing of a link or a browser's name holds a control character, so the places are found where they were put.
        """
        if head.profile is None:
            raise AssertionError("a tap of no browser is not weighed here")
        request = JumpRequest(
            link=self.link.id,
            impression=_IMPRESSION if labelled else None,
            reader=None if head.reader is None else _READER,
            placement=placement,
        )
        minted, agent = Minted(_CLICK, _EVENT, _AT_MS), head.profile.name
        packed = pack(click_of(self.link, request, minted, invalid, labelled=labelled, agent=agent))
        template = packed.replace(b"%", b"%%")
        for place in (_EVENT.encode(), _AT_MS.to_bytes(8), _packed(_READER), _packed(_IMPRESSION), _CLICK.encode()):
            template = template.replace(place, b"%b")
        self.records[agent, invalid, placement, head.reader is None, not labelled] = template
        return template


class HotJump:
    """Weighs taps on the parts of a `Jump`; keeping and answering are the caller's."""

    def __init__(self, parts: JumpParts, dress: Dress) -> None:
        """Share a jump's parts."""
        self._parts = parts
        self._find = parts.table.find
        self._seal_holds = parts.minter.check_seal
        self._mint = parts.minter.mint_plain
        self._tap_of = parts.taps.tap_of
        self._repeats = parts.taps.repeats
        self._tapped = parts.caps.tapped
        self._dress = dress
        self._warm: dict[str, _Warm] = {}
        self._cooling: dict[str, _Warm] = {}
        self._records = 0  # within the warm ones

    def weigh(  # noqa: C901 - the way of every tap: a call or an object more costs as much as its seal
        self,
        link_id: str,
        method: str,
        head: TapHead,
        impression: str | None,
        seal: str | None,
        placement: str | None,
        device: str | bytes | None = None,
        net: bytes | None = None,
    ) -> HotTap | None:
        """Mint and write down one tap; None where only `Jump` knows the answer. A tap is noted; `forget` takes it back."""
        link, profile = self._find(link_id), head.profile
        if link is None or profile is None:
            return None
        warm = self._warm.get(link_id)
        if warm is None or warm.link is not link:
            warm = self._warmed(link)
        way = warm.ways.get(profile.name, _UNKNOWN)
        if way is _UNKNOWN:
            way = warm.ways[profile.name] = self._way(link, profile)
        if way is None:
            return None
        labelled = impression is not None and seal is not None and self._seal_holds(link_id, impression, seal)
        if not labelled:
            impression = None  # without its seal it is hearsay
        invalid = None
        if not labelled or head.purpose or method != "GET" or profile.traffic is not _PERSON:
            invalid = judge_click(_facts(head.purpose, method, profile, labelled=labelled))
        click_id, event_id, at_ms = self._mint()
        reader = head.reader
        noted: Noted | None = None
        if invalid is None:
            tap = self._tap_of(link_id, impression, reader, device)
            if tap is not None and self._repeats(tap, at_ms):
                invalid = Invalid.REPEAT_TAP
            else:
                invalid = self._tapped(device, net, link_id, at_ms)
                noted = tap, device, net, link_id, at_ms
        template = warm.records.get((profile.name, invalid, placement, reader is None, impression is None))
        if template is None:
            template = self._learn(warm, head, invalid, placement, labelled=labelled)
        at, click = at_ms.to_bytes(8), click_id.encode()
        if reader is not None and impression is not None:
            record = template % (event_id.encode(), at, at, _packed(reader), _packed(impression), click)
        else:
            told = [
                event_id.encode(),
                at,
                at,
                *(_packed(one) for one in (reader, impression) if one is not None),
                click,
            ]
            record = template % tuple(told)
        return event_id, record, click.join(way), noted, invalid

    def forget(self, tap: HotTap) -> None:
        """Take back what was noted of a tap that could not be kept: the next try is the first tap."""
        if tap[3] is not None:
            key, device, net, link_id, at_ms = tap[3]
            if key is not None:
                self._parts.taps.forget(key)
            self._parts.caps.untap(device, net, link_id, at_ms, tap[4])

    def _warmed(self, link: AdLink) -> _Warm:
        """Give the link as it is now; one that is only a new copy of the same keeps what was worked out."""
        warm = self._warm.pop(link.id, None) or self._cooling.pop(link.id, None)
        if warm is None or warm.link != link:
            warm = _Warm(link)
        warm.link = link
        if len(self._warm) >= LINKS_WARM_MAX // 2:
            self._cool()
        self._warm[link.id] = warm
        self._records += len(warm.records)
        return warm

    def _cool(self) -> None:
        """Let go of what has not been asked for since the last time."""
        self._cooling, self._warm, self._records = self._warm, {}, 0

    def _learn(
        self, warm: _Warm, head: TapHead, invalid: Invalid | None, placement: str | None, *, labelled: bool
    ) -> bytes:
        """Work out one more record."""
        self._records += 1
        if self._records > RECORDS_WARM_MAX // 2:
            self._cool()
        return warm.learn(head, invalid, placement, labelled=labelled)

    def _way(self, link: AdLink, profile: AgentProfile) -> tuple[bytes, ...] | None:
        """Cut the address at the click id; None for pages and dead ends, and where it holds more of the tap than that."""
        if not is_live(link) or link.platform in self._parts.closed:
            return None
        match choose_way(link, profile):
            case WayKind.FALLBACK:
                template = link.fallback_url
            case WayKind.UNIVERSAL_LINK:
                template = link.universal_link or ""
            case _:
                return None
        # Two click ids and two instants that differ in every place: where cutting at the one does not give the other,
        # something in the address hangs on more than the click id.
        one, other = ClickId("A" * TOKEN_CHARS), ClickId("B" * TOKEN_CHARS)
        made = address_for(template, TapFacts(click_id=one, note=link.note, at_ms=1_111_111_111_111))
        again = address_for(template, TapFacts(click_id=other, note=link.note, at_ms=2_222_222_222_222))
        pieces = made.split(one)
        return tuple(map(self._dress, pieces)) if other.join(pieces) == again else None


def _facts(purpose: str, method: str, profile: AgentProfile, *, labelled: bool) -> ClickFacts:
    return ClickFacts(method=method, purpose=purpose, traffic=profile.traffic, labelled=labelled, live=True, open=True)
