"""A whole city in one process: the assembled house and the street of shops on one played clock, joined by loopback HTTP.

No worker runs beside it. What is charged is charged at each quarter of an hour, so that a seed gives the same postings in
the same groups at the same instants, and the ledger's head with them.
"""

from __future__ import annotations

import json
import random
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

import uvicorn

from e2e.one_house import CONTROL, PATIENCE_S, serving, waiting
from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.draining import configured
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.kernel.time import HOUR_MS, Window
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.sandbox.shop import Delivery, create_shop_app
from hongmao.world.money import is_hour_of_audit
from hongmao.world.play import Play
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.billing.api import Charge
    from hongmao.bootstrap.house import House
    from hongmao.world.spec import Plan

BILLING: Final = "billing"


class Doors:
    """Where house and street are, as a stage tells it."""

    def __init__(self, platform_url: str, shop_url: str, admin_key: str) -> None:
        """Know both addresses and the house's key."""
        self.platform_url, self.shop_url = platform_url, shop_url
        self._admin_key = admin_key

    def admin_line(self) -> Line:
        """Open a line to the house as its administrator."""
        return Line(self.platform_url, {"authorization": f"Bearer {self._admin_key}"})

    def shop_line(self) -> Line:
        """Open a line to the street with the right to set its shelves."""
        return Line(self.shop_url, {"x-control-token": CONTROL})


class PlayedCity(Play):
    """A play in which everything happens in turn: the shop delivers, then billing charges, then the clockwork turns."""

    def __init__(
        self,
        plan: Plan,
        doors: Doors,
        clock: FileClock,
        *,
        days: int,
        house: House,
        delivery: Delivery,
        environ: Mapping[str, str],
    ) -> None:
        """Found the city and hold the house's keys; `environ` lets a command find the same house."""
        self.house, self._delivery, self.environ = house, delivery, environ
        self.admin = doors.admin_line()
        (self._billing,) = [job for job in house.derivation.jobs() if job.name == BILLING]
        super().__init__(plan, doors, clock, days=days)

    def beat(self, at_ms: int) -> None:
        """Charge what was clicked; at full hours do what is due, as a clockwork that looks less often would."""
        self.charge()
        if at_ms % HOUR_MS == 0:
            self.drain_shop()
            if is_hour_of_audit(at_ms):
                self.house.workers.settle()  # a day's work at a time, as workers would have done it by now
            super().beat(at_ms)

    def live_until(self, at_ms: int) -> None:
        """Live on until an instant, and charge the last of it."""
        self.city.live_until(at_ms, beat=self.beat)
        self.charge()

    def charges(self) -> Sequence[Charge]:
        """Give what every click has cost, and why some cost nothing."""
        services, found, after = self.house.services, [], 0
        while page := services.billing.numbered_charges(
            Window(0, services.clock.now_ms() + 1), after=after, limit=1_000
        ):
            found += [charge for _, charge in page]
            after = page[-1][0]
        return found

    def charge(self) -> None:
        """Let billing follow the log to its end."""
        while self._billing.position() < self.house.services.log.end():
            self._billing.step()

    def drain_shop(self) -> None:
        """Deliver what the shop owes now."""
        self._delivery.drain(self.house.services.clock.now_ms())


@contextmanager
def played_city(home: Path, plan: Plan, *, days: int) -> Iterator[PlayedCity]:
    """Open house and street over one clock, with luck that the plan's seed gives, and found the city."""
    clock = FileClock.create(home / "clock", plan.start_ms)
    with ExitStack() as stack:
        delivery = Delivery(db_path=home / "street.sqlite", clock=clock, read_timeout_s=PATIENCE_S)
        stack.callback(delivery.stop)
        gateways = {name: one.gateway for name, one in load_platforms().items() if one.gateway is not None}
        street = create_shop_app(
            db_path=home / "street.sqlite", clock=clock, control_token=CONTROL, seed=plan.seed, gateways=gateways
        )
        config = uvicorn.Config(street, host="127.0.0.1", port=0, log_config=None, access_log=False)
        street_port = stack.enter_context(serving(uvicorn.Server(config)))
        settings = Settings(
            home=str(home / "home"),
            lag_ms_max="60000",  # nobody is sent away because a disk is slow
            clock=f"file:{home / 'clock'}",
            # Another host name than ours, as in a city: cookies know no ports.
            sandbox_url=f"http://localhost:{street_port}",
            pilots="jd,pdd",
        )
        environ = {"HONGMAO_HOME": settings.home, "HONGMAO_CLOCK": settings.clock}
        with patch("hongmao.bootstrap.foundations.secrets.SystemRandom", lambda: random.Random(plan.seed)):
            stack.enter_context(waiting(PATIENCE_S))
            house = stack.enter_context(open_house(settings))
        port = stack.enter_context(serving(uvicorn.Server(configured(house.app, "127.0.0.1", 0, http="httptools"))))
        key = json.loads((settings.home_path / "credentials.json").read_text())["admin_key"]
        doors = Doors(f"http://127.0.0.1:{port}", settings.sandbox_url, key)
        yield PlayedCity(plan, doors, clock, days=days, house=house, delivery=delivery, environ=environ)
