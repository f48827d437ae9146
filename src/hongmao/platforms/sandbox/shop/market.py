"""What a marketplace's sandbox gateway may know: its shops' events, its keys, its weather, and a notebook of its own.

A gateway stands on the other side: it answers as the platform would and shares no code with our client, so that each can
prove the other wrong. Time is the market's; every draw depends on the seed and on what is asked, never on the order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.kernel.time import MINUTE_MS, Window, day_of
from hongmao.platforms.sandbox.shop import journal, stock, tokens
from hongmao.platforms.sandbox.shop.book import count
from hongmao.platforms.sandbox.shop.faults import Dice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.book import Acts
    from hongmao.platforms.sandbox.shop.contracts import Item, Shelf, Shop, ShopMark
    from hongmao.platforms.sandbox.shop.journal import Told

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayKey:
    """Who calls: the app's key, the secret it signs with, the session it was granted, and the shops it may ask about."""

    app_key: str
    secret: str
    session: str
    shops: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayApp:
    """An app that sellers may open their shops to. `backs` are where a browser may be sent with a code."""

    app_key: str
    secret: str = field(repr=False)
    name: str
    backs: tuple[str, ...]


class Market:
    """One marketplace, as its gateway sees it."""

    def __init__(self, platform: str, acts: Acts, *, seed: int) -> None:
        """Stand beside the sandbox shop's book."""
        self.platform = platform
        self._acts = acts
        self._seed = seed
        self._calls: Counter[int] = Counter()
        self._asked: Counter[str] = Counter()

    def now_ms(self) -> int:
        """Give the present instant."""
        return self._acts.clock.now_ms()

    def key(self, app_key: str, session: str = "") -> GatewayKey | None:
        """Find who calls: by a key of its own, or by an app's key and the session that a seller has granted the app.

        An app whose session is none of its own, or is over, gets a key that no session fits, and no shop.
        """
        with self._acts.book.reading() as sql:
            row = sql.execute(
                "SELECT * FROM gateway_key WHERE platform = ? AND app_key = ?", (self.platform, app_key)
            ).fetchone()
        if row is not None:
            shops = frozenset(msgspec.json.decode(row["shops"], type=list[str]))
            return GatewayKey(app_key=row["app_key"], secret=row["secret"], session=row["session"], shops=shops)
        if (app := self.app(app_key)) is None:
            return None
        grant = self.noted(tokens.GRANTS, tokens.digest(session))
        if grant is None or grant["app_key"] != app_key or not self._lives(grant, session):
            nobodys = tokens.mint(app.secret, "nobody", session)
            return GatewayKey(app_key=app_key, secret=app.secret, session=nobodys, shops=frozenset())
        return GatewayKey(app_key=app_key, secret=app.secret, session=session, shops=frozenset({grant["shop"]}))

    def app(self, app_key: str) -> GatewayApp | None:
        """Find an app that sellers may grant access to."""
        with self._acts.book.reading() as sql:
            row = sql.execute(
                "SELECT * FROM gateway_app WHERE platform = ? AND app_key = ?", (self.platform, app_key)
            ).fetchone()
        if row is None:
            return None
        backs = tuple(msgspec.json.decode(row["backs"], type=list[str]))
        return GatewayApp(app_key=app_key, secret=row["secret"], name=row["name"], backs=backs)

    def number(self, name: str) -> int:
        """Take the next number of a sequence of this marketplace's, beginning with 1."""
        with self._acts.book.writing() as sql:
            return count(sql, f"{self.platform} {name}", 1)

    def shops(self) -> list[Shop]:
        """List this marketplace's shops, by id."""
        with self._acts.book.reading() as sql:
            return [shop for shop in stock.shops(sql) if shop.platform == self.platform]

    def shop_mark(self, shop_id: str) -> ShopMark:
        """Say what this marketplace says of a shop, and since when: since midnight, unless another instant was told."""
        with self._acts.book.reading() as sql:
            mark = stock.shop_mark(sql, shop_id)
        if mark.observed_at_ms is not None:
            return mark
        return replace(mark, observed_at_ms=Window.of_day(day_of(self.now_ms())).start_ms)

    def shelf(self, item_id: str) -> Shelf:
        """Say how an item stands on its shelf."""
        with self._acts.book.reading() as sql:
            return stock.shelf(sql, item_id)

    def told(self, span: Window, key: GatewayKey, *, by: str = "told") -> list[Told]:
        """List the events of a caller's shops in a span: `by` when we knew (`told`) or when it happened (`occurred`).

        What is not known yet by now is not in it.
        """
        with self._acts.book.reading() as sql:
            found = journal.told(
                sql, self.platform, by=by, start_ms=span.start_ms, end_ms=span.end_ms, now_ms=self.now_ms()
            )
        return [one for one in found if one.event.shop_id in key.shops]

    def item(self, item_id: str) -> Item | None:
        """Find an item on sale in one of this marketplace's shops."""
        with self._acts.book.reading() as sql:
            found = {one.item_id: one for one in self._items(sql)}
        return found.get(item_id)

    def items(self, key: GatewayKey) -> list[Item]:
        """List what a caller's shops sell, by id."""
        with self._acts.book.reading() as sql:
            found = self._items(sql)
        return [one for one in found if one.shop_id in key.shops]

    def is_down(self) -> bool:
        """Tell whether the gateway does not answer now."""
        return self._weather().down(self.now_ms())

    def granting(self) -> tuple[int, int]:
        """Say how many seconds a session lasts that is given now, and its refresh token."""
        weather = self._weather()
        return weather.session_s, weather.refresh_s

    def keeps_refresh(self) -> bool:
        """Tell whether a refresh token that was used stays good."""
        return self._weather().keeps_refresh

    def refuses_refresh(self) -> bool:
        """Tell whether nothing is renewed now."""
        return self._weather().refuses_refresh

    def is_throttled(self) -> bool:
        """Count one call, and tell whether it is more than this minute of the clock allows."""
        limit, minute = self._weather().per_minute_max, self.now_ms() // MINUTE_MS
        if limit is None:
            return False
        self._calls = Counter({minute: self._calls[minute] + 1})
        return self._calls[minute] > limit

    def fails(self, asked: str) -> bool:
        """Draw whether this call meets a fault of the gateway's: the same question fails once and then succeeds."""
        return self._once("error", asked, self._weather().error_share)

    def loses_page(self, asked: str) -> bool:
        """Draw whether a page comes back empty, the first time it is asked for."""
        return self._once("missing", asked, self._weather().missing_page_share)

    def repeats_page(self, asked: str) -> bool:
        """Draw whether the page before is given once more in place of this one, the first time it is asked for."""
        return self._once("repeat", asked, self._weather().repeat_page_share)

    def draw(self, about: str, below: int) -> int:
        """Draw from 0 to below - 1: the same question always gets the same answer."""
        return Dice(self._seed, self.platform).below(below, about)

    def note(self, page: str, key: str, value: object) -> bool:
        """Write something into the notebook; tell whether it is new. What stands under a key stays."""
        with self._acts.book.writing() as sql:
            written = sql.execute(
                "INSERT OR IGNORE INTO notebook (platform, page, key, at_ms, value) VALUES (?, ?, ?, ?, ?)",
                (self.platform, page, key, self.now_ms(), _encode(value)),
            )
        return written.rowcount > 0

    def noted(self, page: str, key: str) -> Any | None:
        """Read what stands under a key; None where nothing does."""
        with self._acts.book.reading() as sql:
            row = sql.execute(
                "SELECT value FROM notebook WHERE platform = ? AND page = ? AND key = ?", (self.platform, page, key)
            ).fetchone()
        return None if row is None else msgspec.json.decode(row["value"])

    def notes(self, page: str) -> list[tuple[str, int, Any]]:
        """List a page of the notebook as (key, when, value), in the order it was written."""
        with self._acts.book.reading() as sql:
            rows = sql.execute(
                "SELECT key, at_ms, value FROM notebook WHERE platform = ? AND page = ? ORDER BY seq",
                (self.platform, page),
            ).fetchall()
        return [(row["key"], row["at_ms"], msgspec.json.decode(row["value"])) for row in rows]

    def _lives(self, grant: Mapping[str, Any], session: str) -> bool:
        is_over = self.now_ms() >= grant["until_ms"]
        return not is_over and self.noted(tokens.GRANTS_ENDED, tokens.digest(session)) is None

    def _once(self, what: str, asked: str, share: float) -> bool:
        if share <= 0 or not Dice(self._seed, asked).happens(share, what):
            return False
        self._asked[f"{what} {asked}"] += 1
        return self._asked[f"{what} {asked}"] == 1

    def _weather(self) -> journal.Weather:
        with self._acts.book.reading() as sql:
            return journal.weather_of(sql, self.platform)

    def _items(self, sql: Any) -> list[Item]:
        shops = [shop for shop in stock.shops(sql) if shop.platform == self.platform]
        return [item for shop in shops for item in stock.items_of(sql, shop.shop_id)]
