"""A forger: valid deliveries of two shops, signed by lines of its own, and what chance makes of them on the way."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import MINUTE_MS, SECOND_MS, instant

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

HARMFUL_HEADERS: Final = (b"content-length", b"content-encoding", b"transfer-encoding", b"expect")
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop's way of signing, as its platform's page describes it."""

    platform: str
    account: str
    secret: str
    signed: tuple[bytes, ...]
    """The headers that the signature covers or is, in the order account, time, nonce, signature."""
    text: Callable[[str, str, str], str]
    """What is signed before the body, of account, time and nonce."""
    bodies: tuple[bytes, ...]
    now_ms: int

    def delivery(self, number: int, luck: random.Random) -> Sent:
        """Sign a body afresh, with a nonce that was never used."""
        body = luck.choice(self.bodies)
        ts, nonce = str(self.now_ms // SECOND_MS), f"{number:08x}{luck.getrandbits(96):024x}"
        text = self.text(self.account, ts, nonce).encode() + body
        signature = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        values = (self.account, ts, nonce, signature)
        proof = tuple((name, value.encode()) for name, value in zip(self.signed, values, strict=True))
        return Sent(
            shop=self,
            method="POST",
            path=f"/v1/returns/{self.platform}",
            headers=((b"content-type", b"application/json"), *proof),
            body=body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request as it arrives. `late_ms` is how far the clock has run on meanwhile."""

    shop: Shop
    method: str
    path: str
    headers: Headers
    body: bytes
    query: str = ""
    late_ms: int = 0

    def proof(self) -> list[tuple[bytes, bytes]]:
        """List the signed headers as they stand, by small name."""
        return sorted((name.lower(), value) for name, value in self.headers if name.lower() in self.shop.signed)

    def is_the_same_as(self, valid: Sent) -> bool:
        """Tell whether all that is signed, and where it is sent, is byte for byte what the shop signed."""
        return (self.proof(), self.body, self.path, self.method) == (
            valid.proof(),
            valid.body,
            valid.path,
            valid.method,
        )

    def is_carried_well(self) -> bool:
        """Tell whether nothing of how it is carried was touched: an edge may refuse what it cannot unpack."""
        return not any(name.lower() in HARMFUL_HEADERS for name, _ in self.headers)


def shops() -> tuple[Shop, Shop]:
    """Give both shops, with the bodies of their samples."""
    sandbox, shopx = (_sample(package) for package in ("hongmao.platforms.sandbox", "hongmao_shopx"))
    return (
        Shop(
            platform="sandbox",
            account=sandbox["account"],
            secret=sandbox["secret"],
            signed=(b"x-shop-account", b"x-shop-timestamp", b"x-shop-nonce", b"x-shop-signature"),
            text=lambda _, ts, nonce: f"{ts}\n{nonce}\n",
            bodies=tuple(one["body"].encode() for one in sandbox["deliveries"]),
            now_ms=instant("2025-06-18T20:05:00+08:00"),
        ),
        Shop(
            platform="shopx",
            account=shopx["account"],
            secret=shopx["secret"],
            signed=(b"x-shopx-app", b"x-shopx-ts", b"x-shopx-nonce", b"x-shopx-sign"),
            text=lambda app, ts, nonce: f"{app}.{ts}.{nonce}.",
            bodies=tuple(one["body"].encode() for one in shopx["deliveries"]),
            now_ms=instant("2025-05-07T10:48:00+08:00"),
        ),
    )


def _sample(package: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((files(package) / "samples" / "webhook.json").read_bytes())
    return told


# What happens on the way


def _flip(sent: Sent, luck: random.Random) -> Sent:
    if not sent.body:
        return sent
    at = luck.randrange(len(sent.body))
    return replace(sent, body=sent.body[:at] + bytes((sent.body[at] ^ 1 << luck.randrange(8),)) + sent.body[at + 1 :])


def _insert(sent: Sent, luck: random.Random) -> Sent:
    at = luck.randrange(len(sent.body) + 1)
    junk = luck.choice([b" ", b"\n", b"\x00", b"\xff", b"0", b"}", b",", b'"', luck.randbytes(luck.randrange(1, 9))])
    return replace(sent, body=sent.body[:at] + junk + sent.body[at:])


def _cut(sent: Sent, luck: random.Random) -> Sent:
    start, end = sorted(luck.randrange(len(sent.body) + 1) for _ in range(2))
    return replace(sent, body=sent.body[:start] + sent.body[end:])


def _double(sent: Sent, luck: random.Random) -> Sent:
    start, end = sorted(luck.randrange(len(sent.body) + 1) for _ in range(2))
    return replace(sent, body=sent.body[:end] + sent.body[start:end] + sent.body[end:])


def _digit(sent: Sent, luck: random.Random) -> Sent:
    places = [at for at, byte in enumerate(sent.body) if 0x30 <= byte <= 0x39]
    at = luck.choice(places or [0])
    return replace(sent, body=sent.body[:at] + str(luck.randrange(10)).encode() + sent.body[at + 1 :])


def _respell(sent: Sent, luck: random.Random) -> Sent:
    """Write the same JSON otherwise: a signature is over bytes and not over what they mean."""
    try:
        told = json.loads(sent.body)
        told = dict(reversed(told.items())) if luck.random() < 0.5 else told
        return replace(sent, body=json.dumps(told, indent=luck.choice([None, 1])).encode())
    except (ValueError, AttributeError, RecursionError):
        return sent


def _other_body(sent: Sent, luck: random.Random) -> Sent:
    return replace(sent, body=luck.choice([*sent.shop.bodies, b"", b"{}", b"[]", luck.randbytes(40), b"[" * 5_000]))


def _grow(sent: Sent, luck: random.Random) -> Sent:
    return replace(sent, body=sent.body + b" " * luck.choice([1, 1_000, 2**20]))


def _header(sent: Sent, luck: random.Random) -> Sent:
    at = luck.randrange(len(sent.headers))
    name, value = sent.headers[at]
    return replace(sent, headers=(*sent.headers[:at], (name, _spoilt(value, luck)), *sent.headers[at + 1 :]))


def _spoilt(value: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(value)) if value else 0
    ways: list[Callable[[], bytes]] = [
        lambda: value[:at] + bytes((luck.randrange(256),)) + value[at + 1 :],
        lambda: value[:at] + value[at + 1 :],
        lambda: value + luck.choice([b"0", b" ", b"\x00", b",", "红".encode(), value]),
        lambda: luck.choice([b" ", b"+", b"0", b"\t"]) + value,
        value.swapcase,
        lambda: b"",
        lambda: value * 200,
        lambda: luck.randbytes(20),
    ]
    return luck.choice(ways)()


def _value_case(sent: Sent, luck: random.Random) -> Sent:
    at = luck.randrange(len(sent.headers))
    name, value = sent.headers[at]
    return replace(sent, headers=(*sent.headers[:at], (name, value.swapcase()), *sent.headers[at + 1 :]))


def _drop_header(sent: Sent, luck: random.Random) -> Sent:
    at = luck.randrange(len(sent.headers))
    return replace(sent, headers=sent.headers[:at] + sent.headers[at + 1 :])


def _double_header(sent: Sent, luck: random.Random) -> Sent:
    name, value = luck.choice(sent.headers)
    twin = (luck.choice([name, name.upper()]), luck.choice([value, _spoilt(value, luck)]))
    return replace(sent, headers=luck.choice([(*sent.headers, twin), (twin, *sent.headers)]))


def _swap_values(sent: Sent, luck: random.Random) -> Sent:
    one, other = luck.sample(range(len(sent.headers)), 2)
    values = [value for _, value in sent.headers]
    values[one], values[other] = values[other], values[one]
    return replace(sent, headers=tuple(zip([name for name, _ in sent.headers], values, strict=True)))


def _another_account(sent: Sent, luck: random.Random) -> Sent:
    name = sent.shop.signed[0]
    other = luck.choice([b"account-2", b"app-8", b"account-1", b"app-7", b"\xc3\xa9", b"../account-1"])
    return replace(sent, headers=tuple((key, other if key == name else value) for key, value in sent.headers))


def _other_case(sent: Sent, luck: random.Random) -> Sent:
    """Write header names otherwise, which says nothing."""
    return replace(sent, headers=tuple((luck.choice([name, name.upper()]), value) for name, value in sent.headers))


def _shuffle(sent: Sent, luck: random.Random) -> Sent:
    """Send the headers in another order, which says nothing."""
    return replace(sent, headers=tuple(luck.sample(sent.headers, len(sent.headers))))


def _add_header(sent: Sent, luck: random.Random) -> Sent:
    """Add a header that nobody signed."""
    name = luck.choice([b"x-forwarded-for", b"user-agent", b"cookie", b"x-shop", b"authorization", b"x"])
    return replace(sent, headers=(*sent.headers, (name, luck.randbytes(luck.randrange(12)))))


def _carry(sent: Sent, luck: random.Random) -> Sent:
    name = luck.choice(HARMFUL_HEADERS)
    return replace(
        sent, headers=(*sent.headers, (name, luck.choice([b"gzip", b"-1", b"0", b"9" * 30, b"chunked", b"x"])))
    )


def _path(sent: Sent, luck: random.Random) -> Sent:
    paths = ["sandbox", "shopx", "", "nowhere", "sandbox/", "SANDBOX", "../returns/sandbox", "sandbox\x00", "红"]
    return replace(sent, path=f"/v1/returns/{luck.choice(paths)}")


def _query(sent: Sent, luck: random.Random) -> Sent:
    """Add a query, which nobody reads here."""
    return replace(sent, query=luck.choice(["a=1", "%", "x-shop-account=account-2", "&&", "a=%ff"]))


def _method(sent: Sent, luck: random.Random) -> Sent:
    return replace(sent, method=luck.choice(["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post", "PATCH"]))


def _late(sent: Sent, luck: random.Random) -> Sent:
    return replace(sent, late_ms=luck.choice([-60, -11, -9, 9, 11, 60, 60 * 24 * 200]) * MINUTE_MS)


HARMLESS: Final = (_other_case, _shuffle, _add_header, _query)
OF_THE_BODY: Final = (_flip, _insert, _cut, _double, _digit, _respell, _other_body, _grow)
OF_THE_HEADERS: Final = (_header, _value_case, _drop_header, _double_header, _swap_values, _another_account)
OF_THE_WAY: Final = (_carry, _path, _method, _late)
GROUPS: Final = (HARMLESS, OF_THE_BODY, OF_THE_HEADERS, OF_THE_WAY)


def mutated(valid: Sent, luck: random.Random) -> Sent:
    """Let one to three things happen to a delivery."""
    sent = valid
    for _ in range(luck.choice([1, 1, 1, 2, 3])):
        sent = luck.choice(luck.choice(GROUPS))(sent, luck)
    return sent
