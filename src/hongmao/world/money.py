"""The city's money: what merchants are given, who pays a part of their clicks, what notes cost, what is given back.

cash        each line's own payer pays in (founding)      rebate        the community, for what was spent last quarter
credit      the merchant's agency lends                   compensation  the community, for what should not have been spent
matched     the programme: of 13 parts of a price, 10 are the merchant's and 3 the programme's, until its cap is spent

Everything is decided by the plan: the same seed gives the same money to the same merchants on the same days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import DAY_MS, HOUR_MS, day_of, into_day_ms
from hongmao.world.wire import CityLineDown

if TYPE_CHECKING:
    from datetime import date

    from hongmao.world.spec import Plan, Story
    from hongmao.world.truth import Truth
    from hongmao.world.wire import Line

GRANTS: Final = ((0, "rebate", 20_00), (0, "compensation", 5_00), (1, "credit", 300_00), (2, "rebate", 8_00))
"""To which brand, of which kind, how many fen. All of it buys on the merchants' own line."""
PROGRAMME: Final = "summer-seeding"
PROGRAMME_DAYS: Final = 30
OWN_PARTS, MATCH_PARTS = 10, 3
MEMBERS: Final = (0, 1)
"""Brands in the programme."""
MATCHED_FEN_PER_READER: Final = 100
"""The cap, so that a city of any size has spent it before its thirty days are over."""
FEE_PPM: Final = 6_000
"""服务费: six thousandths of what was paid, where a platform tells no fee of its own; the contract's unit is confirmed."""
CREATORS_MONEY_FEN: Final = 3_000_00
NOTE_PRICE_FEN: Final = 1_200_00
ORDERS_END_AFTER_DAYS: Final = 10
BROKEN_OFF: Final = 2
"""The brand whose creator does not deliver, so that its order is cancelled."""
CLOSING_DAY: Final = 2
AUDIT_AT_MS: Final = 11 * HOUR_MS
_UNKNOWN: Final = 404
_CLICKS: Final = "click/"
"""What the ledger's batches of clicks are named with, before the click's event."""


def cap_fen(plan: Plan) -> int:
    """Give the programme's cap."""
    return MATCHED_FEN_PER_READER * len(plan.citizens)


def endow(plan: Plan, platform: Line) -> None:
    """Give the merchants their other kinds of money, found the programme and let its members in."""
    for number, (brand, kind, fen) in enumerate(GRANTS):
        given = {"kind": kind, "amount_fen": fen, "key": f"opening-{kind}-{number}"}
        platform.add("/v1/wallets/grants", {**_owner(brand), **given})
    programme = {"id": PROGRAMME, "own_parts": OWN_PARTS, "match_parts": MATCH_PARTS, "cap_fen": cap_fen(plan)}
    days = {"from": str(plan.start_ms), "to": str(plan.start_ms + PROGRAMME_DAYS * DAY_MS)}
    platform.add("/v1/coinvest", {**programme, **days})
    for brand in MEMBERS:
        platform.add(f"/v1/coinvest/{PROGRAMME}/members", {**_owner(brand), "joined": True})


class Finance:
    """The house's finance desk: ends creators' orders, gives back the clicks behind faked ones, and closes months."""

    def __init__(self, plan: Plan, platform: Line) -> None:
        """Set the terms of fees, let merchants order a note each, and remember no audit yet."""
        self._plan = plan
        self._platform = platform
        self._audited: set[str] = set()
        for store in plan.stores:
            terms = {"platform": store.platform, "payer": "merchant", "from_day": day_of(plan.start_ms).isoformat()}
            if store.line == "cid":
                confirmed = {"rate_ppm": FEE_PPM, "unit_confirmed": True}
                platform.add("/v1/fee-terms", {**_owner(store.brand), **terms, **confirmed})
        for brand in range(len(plan.brands)):
            money = {"line": "creator", "amount_fen": CREATORS_MONEY_FEN, "key": f"opening-creators-{brand + 1}"}
            platform.add("/v1/wallets/top-ups", {**_owner(brand), **money})
            if (story := self._ordered(brand)) is not None:
                order = {"id": f"pgy-{brand + 1}", "creator": story.creator, "note": story.id}
                platform.add("/v1/creator-orders", {**_owner(brand), **order, "price_fen": NOTE_PRICE_FEN})

    def work(self, at_ms: int, truth: Truth) -> None:
        """Do what this instant is the hour of."""
        if is_hour_of_audit(at_ms):
            self._audit(truth)
            self._close_month(day_of(at_ms))
            if (at_ms - self._plan.start_ms) // DAY_MS == ORDERS_END_AFTER_DAYS:
                self._end_orders()

    def _audit(self, truth: Truth) -> None:
        """Give back the clicks behind orders that the platforms have found out; one that nobody told us of yet waits."""
        open_cases = [order for order in truth.orders_faked_ids if order not in self._audited]
        if not open_cases:
            return
        self._platform.add("/v1/ops/settle", {})
        events = {click for order in open_cases if (click := self._paid_click(order)) is not None}
        if events:
            credit = {"events": sorted(events), "reason": "invalid_traffic", "remark": "平台认定为虚假交易"}
            self._platform.add("/v1/credits", credit)

    def _paid_click(self, order: str) -> str | None:
        """Find the click that an order came back with, where it cost anything."""
        path = f"/v1/orders/{order}/trace"
        answer = self._platform.get(path)
        if answer.status == _UNKNOWN:
            return None
        sub_orders = self._platform.must(answer, "GET", path).json()["sub_orders"]
        self._audited.add(order)
        if not isinstance(sub_orders, list):
            raise CityLineDown(method="GET", url=path, status=answer.status, answer=sub_orders)
        batches = [str(one["billed"]["batch"]) for one in sub_orders if one["billed"]["batch"]]
        return batches[0].removeprefix(_CLICKS) if batches else None

    def _close_month(self, today: date) -> None:
        """Close the month before, once it has been over for a day: whatever is charged of it has been charged by then."""
        if today.day == CLOSING_DAY:
            self._platform.add("/v1/ops/settle", {})
            self._platform.add("/v1/months", {"month": f"{today - timedelta(days=CLOSING_DAY):%Y-%m}"})

    def _end_orders(self) -> None:
        for brand in range(len(self._plan.brands)):
            if self._ordered(brand) is not None:
                end = {**_owner(brand), "released": brand != BROKEN_OFF}
                self._platform.add(f"/v1/creator-orders/pgy-{brand + 1}/end", end)

    def _ordered(self, brand: int) -> Story | None:
        """Give the first note of a brand that sells something: the one it had ordered."""
        stories = (story for story in self._plan.stories if story.good is not None and story.good.brand == brand)
        return next(stories, None)


def is_hour_of_audit(at_ms: int) -> bool:
    """Tell whether this instant is when the finance desk looks."""
    return into_day_ms(at_ms) == AUDIT_AT_MS


def _owner(brand: int) -> dict[str, str]:
    return {"tenant": f"tenant-{brand + 1}", "merchant": f"merchant-{brand + 1}"}
