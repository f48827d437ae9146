"""The city's money: what merchants are given besides their cash, and the programme that pays a part of their clicks.

cash        each line's own payer pays in (founding)      rebate        the community, for what was spent last quarter
credit      the merchant's agency lends                   compensation  the community, for what should not have been spent
matched     the programme: of 13 parts of a price, 10 are the merchant's and 3 the programme's, until its cap is spent

Everything is decided by the plan: the same seed gives the same money to the same merchants on the same days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from hongmao.world.spec import Plan
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


def _owner(brand: int) -> dict[str, str]:
    return {"tenant": f"tenant-{brand + 1}", "merchant": f"merchant-{brand + 1}"}
