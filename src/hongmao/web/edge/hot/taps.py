"""From the bytes of a tap to what the jump weighs, and from what it says to the bytes of a 302."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hongmao.links.api import PLACEMENTS, TapHead, read_media
from hongmao.web.edge.asgi import Answer
from hongmao.web.edge.hot.heads import read_head
from hongmao.web.edge.hot.wire import written
from hongmao.web.edge.jump import PURPOSES, REDIRECT, URL_SAFE, query_of
from hongmao.web.edge.origin import FORWARDED
from hongmao.web.edge.reader import read_reader, reader_among

if TYPE_CHECKING:
    from hongmao.links.api import HotJump, HotTap, WakeUp
    from hongmao.web.edge.origin import Origins

__all__ = ["LINE", "URL_SAFE", "HeadBook", "TapDesk"]

LINE: Final = re.compile(
    rb"(GET|HEAD) /j/([A-Za-z0-9][A-Za-z0-9_.:-]{0,63})"
    rb"(?:\?(?:i=([A-Za-z0-9_.:-]{1,64})&s=([A-Za-z0-9_-]{16})(?:&p=(feed|note|search))?|([!\"$-~]{0,2048})))?"
    rb" HTTP/1\.1\r\n"
)
"""A tap's first line where nothing in it needs unescaping: method, link, then what we write into a component's way
ourselves (impression, seal, place), or any other query. Other spellings go the long way."""
_COOKIE: Final = re.compile(rb"\r\nCookie: ([!-~][ -~]{0,1023})(?=\r\n[!-~]|$)")
_FORWARDED_NAME: Final = b"\r\nX-Forwarded-For: "
_RELAYS: Final = tuple(
    (name, re.compile(re.escape(name) + rb"([!-~][ -~]{0,255})(?=\r\n[!-~]|$)"))
    for name in (_FORWARDED_NAME, b"\r\nX-Real-IP: ")
)
"""Lines in which a proxy says who asks, as nginx, Apache and Caddy spell them; only the first is believed."""
_ADDRESS_ANY: Final = re.compile(rb"(?:^|\n)(?:forwarded|[a-z-]*(?:-ip|-for))[ \t]*:", re.IGNORECASE)
_COOKIE_ANY: Final = re.compile(rb"\ncookie[ \t]*:", re.IGNORECASE)
_BLOCKS_KEPT_MAX: Final = 1_024
_BLOCK_BYTES_KEPT_MAX: Final = 1_024


class HeadBook:
    """Reads blocks of headers, and remembers the latest: a browser sends the same block with every tap.

    Behind a proxy it is the cookie, and what the proxy says of who asks, that tell one reader's block from another's. Both
    are therefore cut out before the block is looked up, where they are one plain line each, and read by themselves. A
    block that holds an address otherwise is read anew each time: addresses are not remembered.
    """

    def __init__(self, wakeup: WakeUp, origins: Origins) -> None:
        """Know browsers by the jump's own data."""
        self._wakeup = wakeup
        self._origins = origins
        self._known: dict[bytes, TapHead] = {}
        self.told = origins.told

    def read_relayed(self, block: bytes) -> TapHead:
        """Read a block that a proxy wrote, as `read` does."""
        told, rest = b"", block
        for name, line in _RELAYS:
            at = rest.find(name)
            found = None if at < 0 else line.match(rest, at)
            if found is not None:
                rest = rest[:at] + rest[found.end() :]
                if name is _FORWARDED_NAME:
                    told = found[1]
        head = self.read(rest)
        if not told:
            return head
        if head.forwarded is not None:  # a second one: only the whole says what they are together
            return self._read(block)
        return TapHead(head.profile, head.purpose, head.reader, head.agent, told.decode("ascii"))

    def read(self, block: bytes) -> TapHead:
        """Read a block of header lines. Raises `RequestMalformed` or `HeadTooLarge`."""
        at = block.find(b"\r\nCookie: ")
        cookie = None if at < 0 else _COOKIE.match(block, at)
        if cookie is None:
            return self._known.get(block) or self._learn(block)
        rest = block[:at] + block[cookie.end() :]
        known = self._known.get(rest)
        if known is None:
            if _COOKIE_ANY.search(rest) is not None:  # a second one: only the whole says what they are together
                return self._read(block)
            known = self._learn(rest)
        reader = reader_among(cookie[1].decode("ascii"))
        return TapHead(known.profile, known.purpose, reader, known.agent, known.forwarded)

    def _learn(self, block: bytes) -> TapHead:
        read = self._read(block)
        if len(block) <= _BLOCK_BYTES_KEPT_MAX and _ADDRESS_ANY.search(block) is None:
            if len(self._known) >= _BLOCKS_KEPT_MAX:
                self._known.clear()
            self._known[block] = read
        return read

    def _read(self, block: bytes) -> TapHead:
        head = read_head(b"GET / HTTP/1.1\r\n" + block + b"\r\n\r\n")
        headers = head.headers
        plain = head.length == 0 and head.keep_alive and not head.upgrade and "expect" not in headers
        return TapHead(
            profile=self._wakeup.profile_of(headers.get("user-agent", "")) if plain else None,
            purpose=" ".join(headers[name] for name in PURPOSES if name in headers),
            reader=read_reader(headers),
            agent=self._origins.agent(headers.get("user-agent", "")),
            forwarded=headers.get(FORWARDED),
        )


class TapDesk:
    """Weighs taps off the wire and writes their answers."""

    def __init__(self, jump: HotJump, heads: HeadBook) -> None:
        """Work with the jump's short way."""
        self._jump = jump
        self._read = heads.read
        self._read_relayed = heads.read_relayed
        self._told = heads.told
        self._before = self._after = b""

    def renew(self, date: bytes) -> None:
        """Write what every answer begins and ends with: `date` is a whole header line and changes with the second."""
        marked = written(Answer(302, b"", {**REDIRECT, "location": "\0"}), date=date, head=False, close=False)
        self._before, _, self._after = marked.partition(b"\0")

    def weigh(self, line: re.Match[bytes], block: bytes, net: bytes | None, relayed: bool) -> HotTap | None:  # noqa: FBT001 - by name it would cost each tap
        """Weigh one tap from a network; None where the long way knows more. Raises what is wrong with the head.

        Where it was `relayed` by a proxy that is believed, the head says which network.
        """
        if relayed:
            head = self._read_relayed(block)
            net = self._told(head.forwarded)
        else:
            head = self._read(block)
        if head.profile is None:
            return None
        method, link, shown, proof, place, query = line.groups()
        impression = seal = None
        placement: str | None = "note"
        if shown is not None:
            impression, seal = shown.decode(), proof.decode()
            if place is not None:
                placement = place.decode()
        elif query:
            asked = query_of(query)
            if read_media(asked) is not None:
                return None
            impression, seal, placement = asked.get("i"), asked.get("s"), asked.get("p", "note")
            if placement not in PLACEMENTS:
                placement = None  # as the click will say; what anybody may make up is nothing to remember
        device = head.reader or (None if net is None else head.agent + net)  # `device_of`, without its call
        return self._jump.weigh(link.decode(), method.decode(), head, impression, seal, placement, device, net)

    def answer(self, address: bytes) -> bytes:
        """Write the 302 to a dressed address."""
        return self._before + address + self._after

    def forget(self, tap: HotTap) -> None:
        """Take back what was noted of a tap that was not kept."""
        self._jump.forget(tap)
