"""`/v1/credits`: clicks that are given back, and those that were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import AT_MS_MAX, Page, Standing, in_order, moment

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class CreditBody(Standing, frozen=True, kw_only=True):
    """冲正 of clicks by their events: all of them or none, each once."""

    events: list[str]
    reason: str
    remark: str = ""


class CreditsQuery(Page, frozen=True, kw_only=True):
    """A merchant's credits that were given from one instant to another; without them, all."""

    merchant: str
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


def _give(call: Call, body: CreditBody) -> object:
    given = call.services.billing.credits.give(call.who, body.events, body.reason, body.remark)
    answer = {"credits": [{**msgspec.to_builtins(one.credit), "duplicate": one.duplicate} for one in given]}
    return answer if all(one.duplicate for one in given) else Made(answer)


def _listed(call: Call, query: CreditsQuery) -> object:
    merchant = MerchantId(check_id(query.merchant, place="merchant"))
    start_ms = moment(query.from_, place="from") if query.from_ is not None else 0
    end_ms = moment(query.to, place="to") if query.to is not None else AT_MS_MAX
    in_order(start_ms, end_ms, place="to")
    listed = call.services.billing.credits.listed
    rows = listed(call.who, merchant, start_ms, end_ms, after=query.after, limit=query.rows)
    return {"credits": rows, "next": rows[-1].event_id if len(rows) == query.rows else None}


routes = [
    door(
        "/v1/credits",
        get=Act(Permission.READ_WALLETS, CreditsQuery, _listed),
        post=Act(Permission.CREDIT, CreditBody, _give),
    ),
]
