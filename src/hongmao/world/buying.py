"""Buying media (投放): the city's merchants place campaigns by the market's own API, each with a key of its own program.

creator's consent ── campaign of an item (day budget) ── unit (bid) ── creativity of a note ── bound to its ad link

A click then costs the bid, is spent for its campaign, and stops when the campaign's day is spent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from hongmao.kernel.time import DAY_MS, day_of
from hongmao.world.wire import CityLineDown, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.world.spec import Good, Plan, Story

CAMPAIGNS_A_DAY: Final = 10
"""账户日预算, as so many campaigns' day budgets."""
CONSENT_DAYS: Final = 90
SHORT_CONSENT: Final = ("note-004", 20)
"""A creator who lends one note for so many days, the first included; after them its ad rests."""
_FEED, _NOTE, _DIRECT, _CLICKS, _MANUAL, _INTO_APP = 1, 1, 13, 0, 2, 11
_EVERYBODY, _BUTTON_BELOW = 1, 0
_GRANTED: Final = 1


class Buyer:
    """A merchant's program at the market's API."""

    def __init__(self, plan: Plan, brand: int, platform: Line) -> None:
        """Open the account and issue the key; the house's administrator does both on the first day."""
        self._plan = plan
        self._brand = brand
        self._house = platform
        self._tenant = f"tenant-{brand + 1}"
        opened = platform.add("/v1/advertisers", {"tenant": self._tenant, "merchant": f"merchant-{brand + 1}"})
        self._account = opened.json()["advertiser_id"]
        issued = platform.add("/v1/keys", {"tenant": self._tenant, "name": "投放程序", "role": "optimiser"})
        secret = str(issued.json()["secret"])
        self._line = Line(platform.base_url, {"authorization": f"Bearer {secret}", "access-token": secret})

    def place(self) -> None:
        """Ask creators, then place everything that this merchant's notes sell."""
        self._do(
            "/jg/account/budget/update", account_day_budget=CAMPAIGNS_A_DAY * self._plan.day_budget_fen, why="每日上限"
        )
        mine = [
            (number, story, story.good)
            for number, story in enumerate(self._plan.stories)
            if story.good is not None and story.good.brand == self._brand
        ]
        campaigns: dict[str, int] = {}
        for number, story, good in mine:
            self._ask_creator(story)
            link = self._line.must(self._line.get(f"/v1/links/link-{number + 1:03d}"), "GET", "/v1/links").json()
            if good.id not in campaigns:
                campaigns[good.id] = self._place_campaign(good, link)
            self._place_note(campaigns[good.id], number, story, good, link)

    def _ask_creator(self, story: Story) -> None:
        self._line.add("/v1/authorisations", {"note": story.id, "why": "种草直达投放"})
        days = SHORT_CONSENT[1] if story.id == SHORT_CONSENT[0] else CONSENT_DAYS
        until = day_of(self._plan.start_ms + (days - 1) * DAY_MS).isoformat()
        word = {"state": _GRANTED, "until": until, "registered": True, "why": "达人同意，已报备"}
        self._house.add(f"/v1/authorisations/{story.id}/answer", {"tenant": self._tenant, **word})

    def _place_campaign(self, good: Good, link: Mapping[str, object]) -> int:
        ways = {"deeplink_id": (1, link["deeplink"]), "universal_link_id": (2, link["universal_link"])}
        known = {name: way for name, way in ways.items() if way[1] is not None}
        drafts = [{"url": url, "type": kind, "remark_name": good.title} for kind, url in known.values()]
        made = cast("list[dict[str, object]]", self._do("/jg/direct-link/create", direct_link_list=drafts))
        placed = self._told(
            "/jg/campaign/create",
            marketing_target=_DIRECT,
            campaign_name=f"{good.title} 种草直达",
            placement=_FEED,
            promotion_target=_NOTE,
            time_type=0,
            time_peroid_type=0,
            bidding_strategy=_MANUAL,
            optimize_target=_CLICKS,
            limit_day_budget=1,
            campaign_day_budget=self._plan.day_budget_fen,
            **{name: one["id"] for name, one in zip(known, made, strict=True)},
        )
        return int(cast("int", placed["campaign_id"]))

    def _place_note(self, campaign: int, number: int, story: Story, good: Good, link: Mapping[str, object]) -> None:
        unit = self._told(
            "/jg/unit/create",
            campaign_id=campaign,
            unit_name=f"{story.id} 通投",
            event_bid=self._plan.price_fen(number),
            note_ids=[story.id],
            promotion_target=_NOTE,
            target_type=_EVERYBODY,
        )
        creativity = self._told(
            "/jg/creativity/create",
            unit_id=unit["unit_id"],
            creativity_name=story.id,
            note_id=story.id,
            conversion_type=_INTO_APP,
            bar_content=story.button,
            app_comp_icon=f"{self._house.base_url}/covers/{story.id}.svg",
            fall_back_jump_url=link["fallback_url"],
            conversion_component_types=[_BUTTON_BELOW],
            ad_biz_item_id=good.id,
        )
        bound = {"advertiser_id": self._account, "link": link["id"], "creativity_id": creativity["creativity_id"]}
        self._line.add("/v1/bindings", {**bound, "why": "上线"})

    def _told(self, path: str, **body: object) -> dict[str, object]:
        return cast("dict[str, object]", self._do(path, **body))

    def _do(self, path: str, **body: object) -> object:
        """Call the market's API, which says in the body whether it did what it was asked."""
        where = f"/api/open{path}"
        answer = self._line.add(where, {"advertiser_id": self._account, **body})
        told = answer.json()
        if not told["success"]:
            raise CityLineDown(method="POST", url=where, status=answer.status, answer=told)
        return told["data"]
