"""点击编号 (click token): thirty characters that name one tap, prove that we minted them, and say when.

    key id 1 · milliseconds since 2025-01-01T00:00Z 5 · counter 6 · HMAC-SHA256 truncated 10  =  22 bytes

as URL-safe base64 without padding: exactly 30 characters, the most a market accepts (LINK-3). Whoever holds the keys can
verify a token without asking anybody. The same keys make the label seal: proof that we rendered 广告 beside a link.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from hongmao.kernel.ids import ClickId, EventId
from hongmao.kernel.time import DAY_MS, MINUTE_MS
from hongmao.links.contracts import TokenProblem, Verified
from hongmao.links.errors import ClockNotSet, KeyUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import RandomBits

EPOCH_MS: Final = 1_735_689_600_000  # 2025-01-01T00:00:00Z
TOKEN_CHARS: Final = 30
SEAL_CHARS: Final = 16
LIFETIME_MS: Final = (30 + 30) * DAY_MS  # PRIV-6: the longest window, and 30 days
AHEAD_MS_MAX: Final = 10 * MINUTE_MS  # what the clocks of two of our machines may differ
KEY_BYTES_MIN: Final = 16

_MS_BYTES, _COUNTER_BYTES, _MAC_BYTES, _SEAL_MAC_BYTES = 5, 6, 10, 11
_HEAD_BYTES: Final = 1 + _MS_BYTES + _COUNTER_BYTES
_MS_MAX: Final = 1 << 8 * _MS_BYTES
_HEAD: Final = struct.Struct(">BBIHI")  # key id, milliseconds 1+4, counter 2+4
# 22 bytes fill 30 characters but for four bits: a last character with any of them set spells the same bytes another way.
_CANONICAL: Final = re.compile(r"[A-Za-z0-9_-]{29}[AQgw]")
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))
_SEAL: Final = re.compile(rf"[A-Za-z0-9_-]{{{SEAL_CHARS}}}")


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """签名密钥: `current` signs; every key of the ring verifies, so that a key can be replaced while old tokens live."""

    current: int
    keys: Mapping[int, bytes]

    def __post_init__(self) -> None:
        """Refuse keys that would protect nothing."""
        for key_id, key in self.keys.items():
            if key_id not in range(256) or len(key) < KEY_BYTES_MIN:
                raise KeyUnusable(key_id=key_id, bytes_min=KEY_BYTES_MIN)
        if self.current not in self.keys:
            raise KeyUnusable(key_id=self.current, bytes_min=KEY_BYTES_MIN)


class Minted(NamedTuple):
    """One tap's token, with what `click_event_id` and `minted_at_ms` would read from it."""

    click_id: ClickId
    event_id: EventId
    at_ms: int


class TokenMinter:
    """Mints and verifies click tokens and label seals. One per process; safe to share between threads."""

    def __init__(self, keys: KeyRing, clock: Clock, random: RandomBits, *, lifetime_ms: int = LIFETIME_MS) -> None:
        """Begin counting at a random place in the lower half: processes do not meet and the counter never wraps."""
        self._current = keys.current
        self._macs = {key_id: _Mac(key, b"click") for key_id, key in keys.keys.items()}
        self._seals = {key_id: _Mac(key, b"label") for key_id, key in keys.keys.items()}
        self._mac = self._macs[keys.current].digest
        self._clock = clock
        self._lifetime_ms = lifetime_ms
        # One step of it cannot be cut in two by another thread, so it needs no lock.
        self._counter = itertools.count(random.getrandbits(8 * _COUNTER_BYTES - 1) + 1)

    def mint(self) -> ClickId:
        """Make the token of one tap."""
        return self.mint_click().click_id

    def mint_click(self) -> Minted:
        """Make the token of one tap, and say what its event is called and when it was."""
        return Minted(*self.mint_plain())

    def mint_plain(self) -> tuple[ClickId, EventId, int]:
        """Do as `mint_click` does, for callers to whom a name for each part is too dear."""
        now_ms, counter = self._clock.now_ms(), next(self._counter)
        at_ms = now_ms - EPOCH_MS
        if not 0 <= at_ms < _MS_MAX:
            raise ClockNotSet(at_ms=now_ms)
        head = _HEAD.pack(self._current, at_ms >> 32, at_ms & 0xFFFFFFFF, counter >> 32, counter & 0xFFFFFFFF)
        token = b2a_base64(head + self._mac(head)[:_MAC_BYTES], newline=False)[:TOKEN_CHARS]
        click_id = token.translate(_URL_SAFE).decode("ascii")
        event_id = f"clk:{now_ms << 56 | counter << 8 | self._current:026x}"
        return click_id, event_id, now_ms  # type: ignore[return-value]  # ids: to name their type costs as much as them

    def verify(self, token: str, *, now_ms: int) -> Verified | TokenProblem:
        """Say whether a token is ours and still believed; nothing is asked of any store."""
        raw = _bytes_of(token)
        if raw is None:
            return TokenProblem.MALFORMED
        keyed = self._macs.get(raw[0])
        if keyed is None:
            return TokenProblem.UNKNOWN_KEY
        if not hmac.compare_digest(keyed.digest(raw[:_HEAD_BYTES])[:_MAC_BYTES], raw[_HEAD_BYTES:]):
            return TokenProblem.FORGED
        minted_at_ms = _minted_at_ms(raw)
        if minted_at_ms > now_ms + AHEAD_MS_MAX:
            return TokenProblem.FUTURE
        return TokenProblem.EXPIRED if now_ms - minted_at_ms >= self._lifetime_ms else Verified(minted_at_ms)

    def seal(self, link: str, impression: str) -> str:
        """Prove, in 16 characters, that we rendered this link with its 广告 for this impression (LABEL-2)."""
        return self._seal(self._current, link, impression)

    def check_seal(self, link: str, impression: str, seal: str) -> bool:
        """Tell whether a seal is ours and belongs to this link and impression."""
        if _SEAL.fullmatch(seal) is None:
            return False
        raw = a2b_base64(seal.encode("ascii").translate(_STANDARD))
        keyed = self._seals.get(raw[0])
        return keyed is not None and hmac.compare_digest(_sealed(keyed, link, impression), raw[1:])

    def _seal(self, key_id: int, link: str, impression: str) -> str:
        return urlsafe_b64encode(bytes((key_id,)) + _sealed(self._seals[key_id], link, impression)).decode()


def minted_at_ms(token: str) -> int | None:
    """Read when a token says it was minted, without asking whether it is ours; None where it is malformed."""
    raw = _bytes_of(token)
    return None if raw is None else _minted_at_ms(raw)


def click_event_id(token: str) -> EventId | None:
    """Name the event of a token's component click, so that the log itself can be asked whether it knows a click.

    Time stands first: of two clicks the higher id is the later one (ATTR-3). The colon keeps it out of reach of clients,
    whose own ids have none. None where the token is malformed.
    """
    raw = _bytes_of(token)
    if raw is None:
        return None
    counter = raw[1 + _MS_BYTES : _HEAD_BYTES]
    return EventId(f"clk:{_minted_at_ms(raw):012x}{counter.hex()}{raw[0]:02x}")


def _bytes_of(token: str) -> bytes | None:
    if _CANONICAL.fullmatch(token) is None:
        return None
    return urlsafe_b64decode(token + "==")


def _minted_at_ms(raw: bytes) -> int:
    return int.from_bytes(raw[1 : 1 + _MS_BYTES], "big") + EPOCH_MS


def _sealed(keyed: _Mac, link: str, impression: str) -> bytes:
    # A zero byte stands in no id, so no two pairs read the same.
    return keyed.digest(f"{link}\0{impression}".encode("utf-8", "surrogatepass"))[:_SEAL_MAC_BYTES]


class _Mac:
    """HMAC-SHA256 (RFC 2104) with a key of its own for one purpose, so that a click token is never a seal.

    Both pads are hashed once; a message then costs two copies of that state, a third of what a fresh HMAC does.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, purpose: bytes) -> None:
        derived = hmac.digest(key, b"hongmao " + purpose, hashlib.sha256).ljust(64, b"\0")
        self._inner = hashlib.sha256(derived.translate(_INNER_PAD))
        self._outer = hashlib.sha256(derived.translate(_OUTER_PAD))

    def digest(self, message: bytes) -> bytes:
        """Give the 32 bytes of a message."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
