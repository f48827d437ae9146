"""Playing a city on a stage: found it, live its days, let everything settle."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from hongmao.kernel.errors import Unavailable
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.world.admission import admit, is_hour_of_scores, tell_scores
from hongmao.world.buying import Buyer
from hongmao.world.city import City
from hongmao.world.connect import COUNTERS, key_of
from hongmao.world.founding import Login, found
from hongmao.world.money import Finance, endow
from hongmao.world.office import Office
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.world.city import MovableClock
    from hongmao.world.spec import Plan

FAULTS = {
    "late_ms": [0, HOUR_MS // 2],
    "repeat_share": 0.05,
    "reorder_share": 0.05,
    "garbage_share": 0.01,
    "down_until_ms": 0,
}
"""How badly the sandbox shop behaves in a demo: as a real one does that tells within the hour its media want it in."""
DRAIN_TRIES = 3_000
DRAIN_PAUSE_S = 0.02
LIVE_TICK_S = 0.25


class ShopStuck(Unavailable):
    """The shop owes returns it should have delivered by now."""

    code = "shop_stuck"
    zh = "沙箱店铺还有 {due} 条到期回传未送达"
    en = "The sandbox shop still owes {due} returns that are due"
    hint_zh = "请查看 sandbox.log 与 serve.log"
    hint_en = "Look into sandbox.log and serve.log"


class Doors(Protocol):
    """Where the house and the street are that a play is given in; a stage tells it."""

    platform_url: str
    shop_url: str

    def admin_line(self) -> Line:
        """Open a line to the house as its administrator."""
        ...

    def shop_line(self) -> Line:
        """Open a line to the street with the right to set its shelves."""
        ...


class Play:
    """One performance."""

    def __init__(self, plan: Plan, stage: Doors, clock: MovableClock, *, days: int) -> None:
        """Found the city on a stage that is up."""
        self._admin = stage.admin_line()
        self._control = stage.shop_line()
        self._clock = clock
        self._plan = plan
        self._office = Office(plan, self._admin, self._control)
        self.logins: list[Login] = found(plan, self._admin, self._control)
        self._finance = self._open_for_business()
        self._control.must(self._control.post("/_control/faults", FAULTS), "POST", "/_control/faults")
        # Readers have lines of their own: no key, no control token.
        self.city = City(plan, Line(stage.platform_url), Line(stage.shop_url), clock, days=days)

    def _open_for_business(self) -> Finance:
        """Let shops be admitted, merchants get their money and their programs place what they sell."""
        admit(self._plan, self._admin)
        endow(self._plan, self._admin)
        for brand in range(len(self._plan.brands)):
            Buyer(self._plan, brand, self._admin).place()
        return Finance(self._plan, self._admin)

    def days(self, count: int, *, progress: Callable[[int], None]) -> None:
        """Live whole days as fast as the machine goes; `progress` is told each hour that has passed."""

        def _beat(at_ms: int) -> None:
            if at_ms % HOUR_MS == 0:
                self.drain_shop()
                progress((at_ms - self._plan.start_ms) // HOUR_MS)
            self.beat(at_ms)

        self.city.live_until(self._plan.start_ms + count * DAY_MS, beat=_beat)
        self.drain_shop()
        self.settle()

    def beat(self, at_ms: int) -> None:
        """Fetch the files whose hour it is, and let pulls and returns that are due be done at this very instant."""
        self._office.work(at_ms)
        if is_hour_of_scores(at_ms):
            tell_scores(self._plan, self._admin, at_ms)
        self._finance.work(at_ms, self.city.truth)
        self._admin.add("/v1/ops/tick", {})

    def reconcile(self, days: int) -> list[dict[str, object]]:
        """Have every shop that can be asked held against what came back: one answer for each, as plain data."""
        start_ms = self._plan.start_ms
        span = {"start": str(start_ms), "end": str(start_ms + days * DAY_MS)}
        found = []
        for store in self._plan.stores:
            if store.platform in COUNTERS and store.line != "ud":
                asked = {"tenant": f"tenant-{store.brand + 1}", "platform": store.platform}
                answer = self._admin.add("/v1/reconciliations", {**asked, "account": key_of(store).account, **span})
                found.append(answer.json())
        return found

    def live(self, *, minutes_per_second: float, stop: Callable[[], bool]) -> None:
        """Live on at a steady pace until told to stop, so that a person can walk the city meanwhile."""
        began_ms, began_s = self._clock.now_ms(), time.monotonic()
        while not stop():
            passed_ms = int((time.monotonic() - began_s) * minutes_per_second * MINUTE_MS)
            self.city.live_until(began_ms + passed_ms, beat=self.beat)
            time.sleep(LIVE_TICK_S)

    def drain_shop(self) -> None:
        """Wait until the shop has delivered whatever is due on the city's clock."""
        due: object = None
        for _ in range(DRAIN_TRIES):
            state = self._control.must(self._control.get("/_control/state"), "GET", "/_control/state").json()
            due = state["outbox_due"]
            if due == 0:
                return
            time.sleep(DRAIN_PAUSE_S)
        raise ShopStuck(due=due)

    def settle(self) -> None:
        """Let every worker of the platform catch up."""
        self._admin.add("/v1/ops/settle", {})
