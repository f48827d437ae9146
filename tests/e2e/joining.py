"""A street with shops that nobody has connected, and a house where merchants sign up: both on ports of this machine."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import uvicorn

from e2e.one_house import CONTROL, PATIENCE_S, serving, waiting
from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.draining import configured
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.catalog.api import PLATFORM, Principal, Role, TenantKind
from hongmao.kernel.time import MINUTE_MS, instant
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.sandbox.shop import Delivery, create_shop_app
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bootstrap.house import House

START: Final = "2025-06-03T10:00:00+08:00"
SHOP, ITEM, TITLE, PRICE_FEN = "880001", "612345670101", "清透防晒乳 50ml", 12_900
NOTES: Final = ("用了三周的防晒，说点实话", "油皮夏天怎么选防晒", "通勤包里的五件小东西")
SCORES: Final = {"experience": "4.86"}


@dataclass
class Street:
    """What a story of joining holds in its hands."""

    url: str
    shop_url: str
    home: Path
    clock: FileClock
    house: House
    admin: Line
    control: Line

    def score(self, **scores: str) -> None:
        """Let the marketplace say how it scores the shop."""
        self.control.add(
            "/_control/shop-scores",
            {"shop_id": SHOP, "kind": "marketplace", "category": "美妆个护", "scores": scores},
        )

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.clock.set(self.clock.now_ms() + ms)

    def catch_up(self, minutes: int = 1) -> None:
        """Let what is due be pulled, derived and held."""
        for _ in range(minutes):
            self.wait(MINUTE_MS)
            self.admin.add("/v1/ops/tick", {})
        self.admin.add("/v1/ops/settle", {})

    def tenant(self) -> str:
        """Name the one merchant that signed up."""
        catalog = self.house.services.catalog
        root = Principal(id="tests", tenant=PLATFORM, role=Role.ADMIN, name="tests")
        [tenant] = [one.id for one in catalog.tenants(root) if one.kind is TenantKind.MERCHANT]
        return str(tenant)

    def lend(self, *notes: str, tenant: str = "") -> None:
        """Enter that creators lend their notes, and that these were filed."""
        for note in notes:
            word = {"tenant": tenant or self.tenant(), "state": 1, "registered": True, "why": "达人同意，已报备"}
            self.admin.add(f"/v1/authorisations/{note}/answer", word)


@contextmanager
def open_street(home: Path, *, stage: str = "open", auto_review: str = "made", signup: str = "on") -> Iterator[Street]:
    """Open both, with a shop that sells one item and three notes by one creator."""
    clock = FileClock.create(home / "clock", instant(START))
    with ExitStack() as stack:
        delivery = Delivery(db_path=home / "street.sqlite", clock=clock, read_timeout_s=PATIENCE_S)
        stack.callback(delivery.stop)
        gateways = {name: one.gateway for name, one in load_platforms().items() if one.gateway is not None}
        app = create_shop_app(
            db_path=home / "street.sqlite", clock=clock, control_token=CONTROL, seed=7, gateways=gateways
        )
        shop_port = stack.enter_context(serving(_server(app)))
        shop_url = f"http://localhost:{shop_port}"
        apps = home / "apps.toml"
        gateway = f"{shop_url}/gw/taobao"
        apps.write_text(
            f'[taobao]\napp_key = "app-9"\nsecret = "not a secret of any app"\nsettings = {{ gateway = "{gateway}" }}\n',
            encoding="utf-8",
        )
        settings = Settings(
            home=str(home / "home"),
            lag_ms_max="60000",  # nobody is sent away because a disk is slow
            clock=f"file:{home / 'clock'}",
            sandbox_url=shop_url,
            signup=signup,
            apps=str(apps),
            auto_review=auto_review,
        )
        stack.enter_context(waiting(PATIENCE_S))
        house = stack.enter_context(open_house(settings))
        port = stack.enter_context(serving(uvicorn.Server(configured(house.app, "127.0.0.1", 0, http="httptools"))))
        key = json.loads((settings.home_path / "credentials.json").read_text())["admin_key"]
        url = f"http://127.0.0.1:{port}"
        street = Street(
            url,
            shop_url,
            home,
            clock,
            house,
            Line(url, {"authorization": f"Bearer {key}"}),
            Line(shop_url, {"x-control-token": CONTROL}),
        )
        _found(street, stage)
        yield street


def _found(street: Street, stage: str) -> None:
    item = {"item_id": ITEM, "shop_id": SHOP, "title": TITLE, "price_fen": PRICE_FEN}
    shop = {"shop_id": SHOP, "name": "初晴旗舰店", "platform": "taobao"}
    street.control.add("/_control/stock", {"shops": [shop], "items": [item]})
    street.control.add("/_control/shelf", {"item_id": ITEM, "category": "美妆个护"})
    backs = [f"{street.url}/console/join/back"]
    known = {"platform": "taobao", "app_key": "app-9", "secret": "not a secret of any app"}
    street.control.add("/_control/gateway-apps", {**known, "name": "红猫投放", "backs": backs})
    street.control.add("/_control/weather", {"platform": "taobao", "weather": {}})
    street.score(**SCORES)
    street.admin.add("/v1/creators", {"id": "creator-1", "name": "阿橙的梳妆台", "bio": "真实使用"})
    for number, title in enumerate(NOTES, start=1):
        note = {"id": f"note-{number}", "creator": "creator-1", "type": "picture", "title": title, "body": "先说结论。"}
        place = {"topic": "美妆个护", "cover": f"note-{number}", "published_at_ms": instant(START) - number * MINUTE_MS}
        street.admin.add("/v1/notes", {**note, **place})
    if stage != "observe":
        street.admin.add("/v1/eligibility/stage", {"stage": stage, "why": "试"})
    street.wait(MINUTE_MS)


def _server(app: object) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type]
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
