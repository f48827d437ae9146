"""The market's API over real contexts, a database and a log of their own, and a program that calls it by Access-Token."""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from hongmao.catalog.api import Role
from hongmao.links.api import KeyRing, TokenMinter
from hongmao.returns.api import Intake
from hongmao.storage.shelves import SqlShelves
from hongmao.web.juguang.routes import routes
from hongmao.web.juguang.sink import IntakeSink
from links.factories import MemoryLog
from web.api.front import Caller, Front, found_tenant, front

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platforms.sandbox.browser import Browser

DEEPLINK = "sandboxshop://open?h5url=http%3A%2F%2Fshop.example%2Fitem%2Fitem-1"
FALLBACK = "http://shop.example/item/item-1"


@dataclass(frozen=True, slots=True)
class Program:
    """A program written for the market, with a key of one tenant and its account."""

    caller: Caller
    account: int

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Call, and give the whole envelope."""
        return self.send(path, {"advertiser_id": self.account, **body})

    def send(self, path: str, body: object) -> dict[str, Any]:
        """Send any JSON."""
        answer = self.caller.browser.post(f"/api/open{path}", self.headers, json=body)
        return cast("dict[str, Any]", answer.json())

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """Ask."""
        asked = "&".join(f"{name}={value}" for name, value in {"advertiser_id": self.account, **query}.items())
        return cast("dict[str, Any]", self.caller.browser.get(f"/api/open{path}?{asked}", self.headers).json())

    def done(self, path: str, **body: object) -> Any:
        """Call what must be taken, and give its data."""
        answer = self.post(path, **body)
        assert answer["success"], answer
        assert (answer["code"], answer["msg"]) == (0, "成功")
        return answer["data"]

    @property
    def headers(self) -> Mapping[str, str]:
        """Show the key as the public client does."""
        return {"access-token": self.caller.key or ""}


@dataclass(frozen=True, slots=True)
class Gate:
    """A deployment with two merchants."""

    front: Front
    browser: Browser
    log: MemoryLog
    minter: TokenMinter

    def program(self, number: int = 1, role: Role = Role.OPTIMISER) -> Program:
        """Give a merchant's program."""
        return Program(self.front.caller(self.browser, role, f"tenant-{number}"), number)


@contextmanager
def gate() -> Iterator[Gate]:
    """Open a deployment in which two merchants have their accounts."""
    with front() as (made, browser):
        log = MemoryLog()
        minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), made.clock, random.Random(5))
        database = made.house.database
        intake = Intake(log, shelves=SqlShelves(database), minter=minter)
        made.app.state.services = replace(
            made.app.state.services,
            conversions=IntakeSink(intake, made.catalog, made.accounts, made.clock),
        )
        made.app.router.routes.extend(routes)
        admin = made.caller(browser)
        for number in (1, 2):
            found_tenant(admin, number)
            opened = admin.add("/v1/advertisers", tenant=f"tenant-{number}", merchant=f"merchant-{number}")
            assert opened["advertiser_id"] == number
        yield Gate(made, browser, log, minter)


def campaign(**other: object) -> dict[str, object]:
    """Fill in a campaign into an app, as a program of 2024-08 does."""
    return {
        "marketing_target": 16,
        "campaign_name": "618 蓄水",
        "placement": 1,
        "promotion_target": 1,
        "time_type": 0,
        "time_peroid_type": 0,
        "bidding_strategy": 7,
        "limit_day_budget": 1,
        "campaign_day_budget": 10_000,
        "optimize_target": 36,
        "constraint_type": 36,
        "asset_event": 402,
        "pacing_mode": 1,
        "deeplink_id": 1,
        "detect_url_link": "https://monitor.example/c?click_id=__CLICK_ID__",
        **other,
    }


def unit(**other: object) -> dict[str, object]:
    """Fill in a unit."""
    return {
        "unit_name": "通投",
        "event_bid": 4_500,
        "note_ids": ["note-1"],
        "promotion_target": 1,
        "target_type": 1,
        **other,
    }


def creativity(**other: object) -> dict[str, object]:
    """Fill in a creativity with a component into the app."""
    return {
        "creativity_name": "说点实话",
        "note_id": "note-1",
        "conversion_type": 11,
        "bar_content": "购买同款",
        "app_comp_icon": "https://img.example/item-1.png",
        "fall_back_jump_url": FALLBACK,
        "conversion_component_types": [0],
        **other,
    }


def without(body: dict[str, object], *names: str) -> dict[str, object]:
    """Leave fields out."""
    return {name: value for name, value in body.items() if name not in names}


def placed(program: Program) -> tuple[int, int, int, int]:
    """Place a direct link, a campaign, a unit and a creativity; give their ids."""
    link = program.done(
        "/jg/direct-link/create", direct_link_list=[{"url": DEEPLINK, "type": 1, "remark_name": "商品页"}]
    )
    link_id = link[0]["id"]
    campaign_id = program.done("/jg/campaign/create", **campaign(deeplink_id=link_id))["campaign_id"]
    unit_id = program.done("/jg/unit/create", campaign_id=campaign_id, **unit())["unit_id"]
    creativity_id = program.done("/jg/creativity/create", unit_id=unit_id, **creativity())["creativity_id"]
    return link_id, campaign_id, unit_id, creativity_id
