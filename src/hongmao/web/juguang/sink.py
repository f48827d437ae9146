"""Where returns go: a port, and the adapter that hands them to the return desk's intake as rows of the merchant's own.

What can count becomes an event of the shop's platform; what cannot is kept in quarantine with its reason. Access tokens,
signatures and device ids are never part of what is kept (PRIV-2).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from hongmao.events.contracts import Kind
from hongmao.kernel.time import HOUR_MS
from hongmao.links.api import is_unresolved
from hongmao.returns.api import Duplicate, Parcel, Row, RowProblem, Source, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.catalog.api import Catalog, Principal, Shop
    from hongmao.kernel.clock import Clock
    from hongmao.returns.api import AccountStore, Intake

LATE_MS: Final = HOUR_MS
LATE, TEST, NOT_COUNTED = "return_late", "test_click", "event_not_counted"
SHOP_UNKNOWN, ORDER_MISSING, AMOUNT_MISSING = "shop_unknown", "order_id_missing", "pay_amount_missing"
OURS: Final = "juguang"
"""The platform's name where a return names no shop platform."""
SHOPS: Final = {
    "淘宝": "taobao",
    "天猫": "tmall",
    "京东": "jd",
    "拼多多": "pdd",
    "唯品会": "vip",
}
KINDS: Final = {1: Kind.PAY, 141: Kind.PAY, 404: Kind.PAY, 401: Kind.OPEN, 402: Kind.VISIT}
"""Events that a fact of ours stands for; the others are kept and count for nothing."""
_TEST_PREFIX: Final = "atest"
_SUFFIXES: Final = ("电商平台", "微信小程序")


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One conversion as it was told. Amounts are fen; None is unknown. `told` is what may be kept of the body."""

    event_type: int
    occurred_at_ms: int
    told: Mapping[str, object]
    way: str
    click_id: str | None = None
    platform: str | None = None
    order_id: str | None = None
    order_count: int | None = None
    pay_amount_fen: int | None = None
    product_id: str | None = None
    shop_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a return: an outcome of the return desk, with the reason where there is one."""

    outcome: str
    reason: str | None = None


class ConversionSink(Protocol):
    """Keeps returns, durable once it answers."""

    def take(self, who: Principal, told: Return) -> Taken:
        """Keep one return of a tenant and say what became of it."""
        ...


class IntakeSink:
    """The sink over the return desk's intake: stable ids, matched clicks, one record for each return."""

    def __init__(self, intake: Intake, catalog: Catalog, accounts: AccountStore, clock: Clock) -> None:
        """Work on an intake."""
        self._intake = intake
        self._catalog = catalog
        self._accounts = accounts
        self._clock = clock

    def take(self, who: Principal, told: Return) -> Taken:
        """Keep one return of a tenant and say what became of it; the same one again is a duplicate."""
        now_ms = self._clock.now_ms()
        platform = platform_of(told.platform)
        source = Source(platform=platform, account=self._account(who, platform), tenant=who.tenant, now_ms=now_ms)
        raw = msgspec.json.encode(told.told, order="sorted").decode()
        row = self._row(who, told, platform, raw, now_ms)
        digest = hashlib.sha256(raw.encode()).hexdigest()
        problem = row.code if isinstance(row, RowProblem) else None
        nonce = f"{told.way}:{digest[:40]}:{problem or ''}"
        parcel = Parcel(source=source, nonce=nonce, size_bytes=len(raw), sha256=digest, rows=[row], way="webhook")
        outcomes = self._intake.take(parcel)
        if not outcomes:  # the very same return was taken before
            return Taken(outcome="quarantined" if problem else "duplicate", reason=problem)
        outcome = outcomes[0]
        if isinstance(outcome, Duplicate) and problem:
            return Taken(outcome="quarantined", reason=problem)
        return Taken(outcome=name_of(outcome).value, reason=outcome.reason)

    def _account(self, who: Principal, platform: str) -> str:
        """Name the shop's own account where it has one only: then its webhook and this bring one order once."""
        own = [one.account for one in self._accounts.of_tenant(who.tenant) if one.platform == platform]
        return own[0] if len(own) == 1 else f"{OURS}:{who.tenant}"[:64]

    def _row(self, who: Principal, told: Return, platform: str, raw: str, now_ms: int) -> Row | RowProblem:
        problem = fault_of(told, now_ms=now_ms)
        if problem is not None:
            return RowProblem(code=problem[0], place=problem[1], raw=raw)
        shop = self._shop(who, told, platform)
        if shop is None:
            return RowProblem(code=SHOP_UNKNOWN, place="platform", raw=raw)
        unresolved = told.click_id is not None and is_unresolved(told.click_id)
        kind = KINDS[told.event_type]
        return Row(
            kind=kind,
            event_no=event_no(told),
            occurred_at_ms=told.occurred_at_ms,
            platform_shop_id=shop.platform_shop_id,
            raw=raw,
            click_id=None if unresolved else told.click_id,
            click_problem="macro_unresolved" if unresolved else None,
            platform_item_id=told.product_id,
            order_id=told.order_id if kind is Kind.PAY else None,
            sub_order_id=told.order_id if kind is Kind.PAY else None,
            quantity=told.order_count if kind is Kind.PAY else None,
            amount_fen=told.pay_amount_fen if kind is Kind.PAY else None,
        )

    def _shop(self, who: Principal, told: Return, platform: str) -> Shop | None:
        """Find the shop: the one with the item, else the one so named, else the only one there."""
        shops = [shop for shop in self._catalog.shops(who) if shop.platform == platform and shop.tenant == who.tenant]
        if told.product_id is not None:
            holding = [shop for shop in shops if self._sells(who, shop, told.product_id)]
            if len(holding) == 1:
                return holding[0]
        named = [shop for shop in shops if shop.name == told.shop_name]
        return _only(named) or _only(shops)

    def _sells(self, who: Principal, shop: Shop, product_id: str) -> bool:
        return any(item.platform_item_id == product_id for item in self._catalog.items(who, shop.id))


def fault_of(told: Return, *, now_ms: int) -> tuple[str, str] | None:
    """Name why a return cannot count, as (code, place); None where it can."""
    if told.click_id is not None and told.click_id.startswith(_TEST_PREFIX):
        return TEST, "click_id"
    if now_ms - told.occurred_at_ms > LATE_MS:
        return LATE, "timestamp"
    if told.event_type not in KINDS:
        return NOT_COUNTED, "event_type"
    if KINDS[told.event_type] is Kind.PAY:
        if not told.order_id:
            return ORDER_MISSING, "context.product.order_id"
        if told.pay_amount_fen is None:
            return AMOUNT_MISSING, "context.product.pay_amount"
    return None


def event_no(told: Return) -> str:
    """Name a return by (click_id, event_type, order_id): the same three are one event however often they come."""
    parts = msgspec.json.encode((told.click_id, told.event_type, told.order_id))
    return f"jg{told.event_type}.{hashlib.sha256(parts).hexdigest()[:40]}"


def platform_of(name: str | None) -> str:
    """Read the market's name of a shop platform.

    >>> platform_of("淘宝电商平台"), platform_of("sandbox电商平台"), platform_of(None)
    ('taobao', 'sandbox', 'juguang')
    """
    stem = name or OURS
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    known = SHOPS.get(stem, stem)
    return known if known.isascii() and known.isalnum() and known.islower() else OURS


def _only(shops: Sequence[Shop]) -> Shop | None:
    return shops[0] if len(shops) == 1 else None
