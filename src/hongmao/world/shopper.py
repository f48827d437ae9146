"""What a reader does in the shop: look, cart, follow, buy now or later, pay a balance, send things back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hongmao.world.truth import share, wish

if TYPE_CHECKING:
    import random

    from hongmao.world.ground import Ground
    from hongmao.world.spec import Citizen, Good

_JSON = "application/json"


class Shopper:
    """One reader at the counter of the outside shop, known there by the shop's own cookie."""

    def __init__(self, city: Ground, citizen: Citizen) -> None:
        """The shop's identity is not the community's: only the click id in the URL joins them."""
        self._city = city
        self._citizen = citizen
        buyer = f"b{share('buyer', city.plan.seed, citizen.id):.13f}".replace(".", "")
        self._headers = {"accept": _JSON, "cookie": f"buyer={buyer}", "user-agent": citizen.agent}

    def come_from_note(self, good: Good, url: str, at_ms: int, rng: random.Random) -> None:
        """Land on the item page by a click, browse, and decide as the reader's hidden wish says."""
        self._city.shop.get(url, self._headers)
        for act, chance in (("cart", 0.34), ("favourite", 0.16)):
            if rng.random() < chance:
                self._press(f"/item/{good.id}/{act}")
        if rng.random() < 0.08:  # noqa: PLR2004 - a share of followers
            self._press(f"/shop/{good.shop}/follow")
        wants = wish(self._city.plan.seed, self._citizen, good)
        if not wants.after_note or not self._city.first_purchase(self._citizen, good):
            return
        if rng.random() < 0.07:  # noqa: PLR2004 - some compare and buy where nothing is returned
            self._city.truth.bought_elsewhere += 1
            return
        later = rng.random() >= 0.6  # noqa: PLR2004 - most who buy do so at once
        delay_ms = int(min(rng.lognormvariate(2.2, 1.0), 72.0) * HOUR_MS) if later else 2 * MINUTE_MS
        self._city.agenda.plan(at_ms + delay_ms, lambda now: self._buy(good, now, after_note=True, anyway=wants.anyway))

    def come_by_oneself(self, good: Good, at_ms: int) -> None:
        """Go straight to the shop, with no note in between."""
        if self._city.first_purchase(self._citizen, good):
            self._city.set_time(at_ms)
            self._city.shop.get(f"/item/{good.id}", self._headers)
            self._buy(good, at_ms + MINUTE_MS, after_note=False, anyway=True)

    def _buy(self, good: Good, at_ms: int, *, after_note: bool, anyway: bool) -> None:
        self._city.set_time(at_ms)
        basket = [good]
        if good.deposit_fen is None and self._chance("second", good) < 0.3:  # noqa: PLR2004 - a share of fuller baskets
            basket += [
                other for other in self._city.shelf(good.shop) if other is not good and other.deposit_fen is None
            ][:1]
        form = {"items": ",".join(f"{item.id}:1" for item in basket)}
        path = "/checkout"
        order = self._city.shop.must(self._city.shop.submit(path, form, self._headers), "POST", path).json()
        order_id = str(order["order_id"])
        # Only an order that comes back to us can be found out.
        returns = self._city.plan.store(good.shop).line == "cid"
        faked = returns and self._chance("faked", good) < 0.2  # noqa: PLR2004 - a share of bought orders
        self._city.count_order(order_id, after_note=after_note, anyway=anyway, faked=faked)
        self._press(f"/order/{order_id}/pay")
        if good.deposit_fen is not None:
            self._city.agenda.plan(at_ms + 30 * HOUR_MS, lambda now: self._pay_balance(order_id, good, now))
            return
        self._city.agenda.plan(at_ms + 40 * HOUR_MS, lambda now: self._at(now, f"/order/{order_id}/receive"))
        if self._chance("refund", good) < 0.14:  # noqa: PLR2004 - a usual share of returns in the trade
            hours = 6 + int(50 * self._chance("refund-hour", good))
            self._city.agenda.plan(at_ms + hours * HOUR_MS, lambda now: self._refund(order_id, good, now))

    def _pay_balance(self, order_id: str, good: Good, at_ms: int) -> None:
        if self._chance("balance", good) < 0.9:  # noqa: PLR2004 - the rest forfeit their deposit
            self._at(at_ms, f"/order/{order_id}/balance")

    def _refund(self, order_id: str, good: Good, at_ms: int) -> None:
        in_part = self._chance("part", good) < 0.5  # noqa: PLR2004 - half keep the thing and get some money back
        amount_fen = good.price_fen // 3 if in_part else good.price_fen
        self._at(at_ms, f"/order/{order_id}/refund", {"sub_order_id": f"{order_id}-1", "amount_fen": str(amount_fen)})

    def _at(self, at_ms: int, path: str, form: dict[str, str] | None = None) -> None:
        self._city.set_time(at_ms)
        self._press(path, form)

    def _press(self, path: str, form: dict[str, str] | None = None) -> None:
        self._city.shop.must(self._city.shop.submit(path, form or {}, self._headers), "POST", path)

    def _chance(self, purpose: str, good: Good) -> float:
        return share(purpose, self._city.plan.seed, self._citizen.id, good.id)


def hour_of_need_ms(seed: int, citizen: Citizen, good: Good, *, days: int, start_ms: int) -> int:
    """Say when a reader who would buy anyway goes to the shop alone: some waking hour of the city's days."""
    day = int(share("need-day", seed, citizen.id, good.id) * days)
    second = int(share("need-second", seed, citizen.id, good.id) * 14 * 3_600)
    return start_ms + day * DAY_MS + 8 * HOUR_MS + second * SECOND_MS
