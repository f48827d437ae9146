"""Caps: how often one device, one network and one link may act within a window. What is above is kept and does not count.

Windows are fixed and exact: all keys of a cap begin anew at the same instant, and no count is an estimate. Around that
instant one key can therefore have twice its cap within one window's length. Whatever already does not count (a bot, a
prefetch, a repeated tap) uses nothing up. The narrowest cap is looked at first, and an act above it is not counted by the
wider ones: a telephone gone wild in a dormitory does not use up what the dormitory's network may do.

A key is a reader's pseudonym or a keyed hash; addresses never come here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Protocol

from hongmao.kernel.time import SECOND_MS
from hongmao.links.contracts import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS_MAX: Final = 65_536  # of each cap, a dozen megabytes; whoever acts again and again is never the oldest
COUNT_MAX: Final = 10**9
WINDOW_S_MAX: Final = 86_400
_CAP: Final = re.compile(r"([1-9][0-9]{0,9})/([1-9][0-9]{0,4})")
_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Cap:
    """So many acts of one key in a window of so many seconds."""

    count: int
    window_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapLimits:
    """All caps; None is no cap. Taps and showings are counted apart: a reader is shown far more than he taps.

    The reckoning behind the defaults: somebody who scrolls quickly is shown 20 cards a minute, 4 of them funded, and taps
    one funded card in seventy. 600 taps a minute from one network (256 addresses of IPv4) are then 10,000 readers who all
    scroll at once, and they are shown 200,000 cards; a campus of 30,000 behind one address has not that many. One device
    that taps 60 times a minute, or is shown 20 cards a second, has no reader in front of it.
    """

    ip: Cap | None = Cap(600, 60)
    device: Cap | None = Cap(60, 60)
    link: Cap | None = None
    shown_ip: Cap | None = Cap(200_000, 60)
    shown_device: Cap | None = Cap(1_200, 60)


NO_CAPS: Final = CapLimits(ip=None, device=None, link=None, shown_ip=None, shown_device=None)


def read_caps(text: str) -> CapLimits | None:
    """Read `ip=600/60,device=off`: what is not named keeps its default, `off` alone is no cap at all. None where it is wrong."""
    if text.strip() == _OFF:
        return NO_CAPS
    known, said = {entry.name for entry in fields(CapLimits)}, dict[str, Cap | None]()
    for part in text.split(",") if text.strip() else ():
        name, _, value = (piece.strip() for piece in part.partition("="))
        found = _CAP.fullmatch(value)
        if name not in known or name in said or (found is None and value != _OFF):
            return None
        said[name] = None if found is None else Cap(int(found[1]), int(found[2]))
        cap = said[name]
        if cap is not None and (cap.count > COUNT_MAX or cap.window_s > WINDOW_S_MAX):
            return None
    return replace(CapLimits(), **said)


class Windows:
    """Counts of one cap within the present window; bounded, so that a flood of keys forgets the oldest and grows nothing."""

    __slots__ = ("_begins", "_ends", "_half", "_limit", "_new", "_old", "_window_ms")

    def __init__(self, cap: Cap, keys_max: int = KEYS_MAX) -> None:
        """Hold keys to a cap."""
        self._limit, self._window_ms = cap.count, cap.window_s * SECOND_MS
        self._half = keys_max // 2
        self._begins = self._ends = 0
        # The newer half and the older one: when the newer is full, it becomes the older, which is forgotten.
        self._new: dict[str | bytes, int] = {}
        self._old: dict[str | bytes, int] = {}

    def over(self, key: str | bytes, at_ms: int) -> bool:
        """Count one act, and tell whether it is above the cap."""
        if not self._begins <= at_ms < self._ends:
            self._turn(at_ms)
        new = self._new
        count = new.get(key)
        if count is None:
            count = self._old.pop(key, 0) if self._old else 0
            if len(new) >= self._half:
                self._old, self._new = new, {}
                new = self._new
        count += 1
        new[key] = count
        return count > self._limit

    def room(self, key: str | bytes, at_ms: int, acts: int) -> int:
        """Count acts, and tell how many of them are within the cap."""
        self.over(key, at_ms)
        before = self._new[key] - 1
        self._new[key] = before + acts
        return max(0, min(acts, self._limit - before))

    def take_back(self, key: str | bytes, at_ms: int, acts: int = 1) -> None:
        """Uncount acts that were not kept; those of a window that is over are forgotten already."""
        if self._begins <= at_ms < self._ends:
            for half in (self._new, self._old):
                if key in half:
                    half[key] = max(0, half[key] - acts)

    def _turn(self, at_ms: int) -> None:
        begins = at_ms // self._window_ms * self._window_ms
        # An act stamped a moment before the window began, by a clock read a moment earlier, counts in it. A clock that was
        # set back further than that begins anew, or nobody would be let in until it has caught up.
        if not self._begins - self._window_ms <= at_ms < self._begins:
            self._begins, self._ends = begins, begins + self._window_ms
            self._new, self._old = {}, {}


class Told(Protocol):
    """Whoever hears of what is above a cap."""

    def capped(self, cap: str, kind: str, n: int) -> None:
        """Hear which cap, `tap` or `impression`, and how many."""
        ...


class _Nobody:
    def capped(self, cap: str, kind: str, n: int) -> None:
        pass


class Caps:
    """All caps of one process. Belongs to the thread that answers taps."""

    def __init__(self, limits: CapLimits = NO_CAPS, told: Told | None = None) -> None:
        """Hold to limits; `told` hears of what is above."""
        self._ip, self._device, self._link, self._shown_ip, self._shown_device = (
            None if cap is None else Windows(cap)
            for cap in (limits.ip, limits.device, limits.link, limits.shown_ip, limits.shown_device)
        )
        self._told = told or _Nobody()
        # Called for every tap: bound once.
        self._device_over, self._ip_over, self._link_over = (
            None if windows is None else windows.over for windows in (self._device, self._ip, self._link)
        )

    def tapped(self, device: str | bytes | None, net: bytes | None, link: str, at_ms: int) -> Invalid | None:
        """Count a tap that would count, and say which cap it is above; None where it is above none."""
        if device is not None and (over := self._device_over) is not None and over(device, at_ms):
            reason = Invalid.CAP_DEVICE
        elif net is not None and (over := self._ip_over) is not None and over(net, at_ms):
            reason = Invalid.CAP_IP
        elif (over := self._link_over) is not None and over(link, at_ms):
            reason = Invalid.CAP_LINK
        else:
            return None
        self._told.capped(reason, "tap", 1)
        return reason

    def untap(self, device: str | bytes | None, net: bytes | None, link: str, at_ms: int, reason: str | None) -> None:
        """Take back a tap that could not be kept, as it was counted: `reason` is what `tapped` said of it."""
        if device is not None and self._device is not None:
            self._device.take_back(device, at_ms)
        if net is not None and self._ip is not None and reason != Invalid.CAP_DEVICE:
            self._ip.take_back(net, at_ms)
        if self._link is not None and reason in {None, Invalid.CAP_LINK}:
            self._link.take_back(link, at_ms)

    def shown(
        self, device: str | bytes | None, net: bytes | None, at_ms: int, showings: int
    ) -> Sequence[Invalid | None] | None:
        """Count showings told together, and say of each in order which cap it is above; None where none is."""
        device_room = net_room = showings
        if device is not None and self._shown_device is not None:
            device_room = net_room = self._shown_device.room(device, at_ms, showings)
        if device_room and net is not None and self._shown_ip is not None:
            net_room = self._shown_ip.room(net, at_ms, device_room)
        if net_room == showings:
            return None
        above = ((Invalid.CAP_IP, device_room - net_room), (Invalid.CAP_DEVICE, showings - device_room))
        reasons: list[Invalid | None] = [None] * net_room
        for reason, acts in above:
            if acts:
                self._told.capped(reason, "impression", acts)
                reasons += [reason] * acts
        return reasons

    def unshow(
        self,
        device: str | bytes | None,
        net: bytes | None,
        at_ms: int,
        showings: int,
        reasons: Sequence[Invalid | None] | None,
    ) -> None:
        """Take back showings that could not be kept, as they were counted: `reasons` is what `shown` said of them."""
        if device is not None and self._shown_device is not None:
            self._shown_device.take_back(device, at_ms, showings)
        if net is not None and self._shown_ip is not None:
            counted = showings - sum(reason is Invalid.CAP_DEVICE for reason in reasons or ())
            self._shown_ip.take_back(net, at_ms, counted)
