"""The city itself: a seeded crowd that lives through the real HTTP endpoints, a clock it moves, and its own truth."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Protocol

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hongmao.world.agenda import Agenda
from hongmao.world.reader import Sitting
from hongmao.world.shopper import Shopper, hour_of_need_ms
from hongmao.world.spec import TOPICS
from hongmao.world.truth import Tap, Truth, wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.world.spec import Citizen, Good, Plan
    from hongmao.world.wire import Line

SITTING_SHARE = 0.55
"""Share of readers who sit down with the community on a day; some do so twice."""
_HOUR_WEIGHTS = (2, 1, 1, 0, 0, 1, 2, 4, 5, 4, 4, 5, 8, 7, 5, 4, 4, 5, 7, 9, 12, 14, 11, 6)
BOTS = 3
BEAT_MS = 15 * MINUTE_MS


class MovableClock(Protocol):
    """A clock the city may move."""

    def now_ms(self) -> int:
        """Give the present instant."""
        ...

    def set(self, at_ms: int) -> None:
        """Move to an instant."""
        ...


class City:
    """Plays the plan on the clock it was given. Time never runs back: an act that lasts past the next one's start wins."""

    def __init__(self, plan: Plan, platform: Line, shop: Line, clock: MovableClock, *, days: int) -> None:
        """`days` is how long the city plans ahead; it may be lived in pieces."""
        self.plan = plan
        self.platform = platform
        self.shop = shop
        self.truth = Truth()
        self.agenda = Agenda()
        self._clock = clock
        self._bought: set[tuple[str, str]] = set()
        self._shoppers: dict[str, Shopper] = {}
        self._shelves = {good.shop: [g for g in plan.goods if g.shop == good.shop] for good in plan.goods}
        self._prices_fen = {story.id: plan.price_fen(n) for n, story in enumerate(plan.stories)}
        self._plan_needs(days)
        for day in range(days):
            self._plan_day(day)

    def live_until(self, at_ms: int, *, beat: Callable[[int], None] | None = None) -> None:
        """Do everything due before an instant; `beat` is told every quarter of an hour, when shops and workers catch up."""
        beat_ms = self._clock.now_ms() // BEAT_MS * BEAT_MS + BEAT_MS
        while True:
            due_ms = self.agenda.next_at_ms()
            upto_ms = at_ms if due_ms is None else min(due_ms, at_ms)
            while beat_ms <= upto_ms:
                self.set_time(beat_ms)
                if beat is not None:
                    beat(beat_ms)
                beat_ms += BEAT_MS
            if due_ms is None or due_ms >= at_ms:
                break
            self.set_time(due_ms)
            self.agenda.run_next()
        self.set_time(at_ms)

    def set_time(self, at_ms: int) -> None:
        """Move the shared clock forwards."""
        if at_ms > self._clock.now_ms():
            self._clock.set(at_ms)

    def go_shopping(self, citizen: Citizen, good: Good, url: str, at_ms: int, rng: random.Random) -> None:
        """Send a reader through a jump into the shop."""
        self.set_time(at_ms + 2 * SECOND_MS)
        self._shopper(citizen).come_from_note(good, url, at_ms + 2 * SECOND_MS, rng)

    def first_purchase(self, citizen: Citizen, good: Good) -> bool:
        """Let each reader buy an item once."""
        if (citizen.id, good.id) in self._bought:
            return False
        self._bought.add((citizen.id, good.id))
        return True

    def count_order(self, order_id: str, *, after_note: bool, anyway: bool, faked: bool = False) -> None:
        """Keep the truth of an order that was placed."""
        if not after_note:
            self.truth.orders_without_note += 1
            return
        self.truth.orders_after_note += 1
        if faked:
            self.truth.orders_faked += 1
            self.truth.orders_faked_ids.append(order_id)
        if anyway:
            self.truth.orders_anyway += 1
            self.truth.orders_anyway_ids.append(order_id)

    def count_tap(self, note: str, tap: Tap) -> None:
        """Keep the truth of a tap on the component of a note."""
        self.truth.count_tap(note, tap, self._prices_fen.get(note, 0))

    def shelf(self, shop: str) -> list[Good]:
        """List what a shop sells."""
        return self._shelves[shop]

    def topic_index(self, topic: str) -> int:
        """Find a topic's place in a reader's taste."""
        return TOPICS.index(topic)

    def _shopper(self, citizen: Citizen) -> Shopper:
        return self._shoppers.setdefault(citizen.id, Shopper(self, citizen))

    def _plan_needs(self, days: int) -> None:
        seed, start_ms = self.plan.seed, self.plan.start_ms
        for citizen in self.plan.citizens:
            for good in self.plan.goods:
                if wish(seed, citizen, good).anyway:
                    at_ms = hour_of_need_ms(seed, citizen, good, days=days, start_ms=start_ms)
                    self.agenda.plan(at_ms, partial(self._shopper(citizen).come_by_oneself, good))

    def _plan_day(self, day: int) -> None:
        rng = random.Random(f"day/{self.plan.seed}/{day}")  # noqa: S311 - a simulation, not a secret
        start_ms = self.plan.start_ms + day * DAY_MS
        for citizen in self.plan.citizens:
            sittings = (rng.random() < SITTING_SHARE) + (rng.random() < SITTING_SHARE * citizen.curiosity / 2)
            for sitting in range(sittings):
                hour = rng.choices(range(24), _HOUR_WEIGHTS)[0]
                at_ms = start_ms + hour * HOUR_MS + rng.randrange(3_600) * SECOND_MS
                number = day * 10 + sitting
                self.agenda.plan(at_ms, partial(self._sit, citizen, number))
        for bot in range(BOTS):
            at_ms = start_ms + rng.randrange(24) * HOUR_MS + rng.randrange(3_600) * SECOND_MS
            self.agenda.plan(at_ms, partial(self._crawl, bot))

    def _sit(self, citizen: Citizen, number: int, at_ms: int) -> None:
        Sitting(self, citizen, at_ms, number).play()

    def _crawl(self, bot: int, at_ms: int) -> None:
        # A crawler follows every link it finds; each hit must be kept with its reason and cost nobody a fen.
        headers = {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)", "cookie": f"hm_r=r_bot{at_ms}_{bot}"}
        cards = self.platform.get("/v1/feed?limit=12", headers).json()["cards"]
        for card in cards if isinstance(cards, list) else []:
            if card["ad"] is not None:
                self.platform.get(card["ad"]["jump_url"], headers)
                self.count_tap(str(card["note"]), Tap.CRAWLED)
