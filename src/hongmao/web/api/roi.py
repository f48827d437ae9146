"""`/v1/roi`: what came back on a merchant's own money, on all that paid its clicks, and on the true cost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.events.api import FieldMalformed
from hongmao.insight.api import Sight, check_range, funding_roi
from hongmao.insight.contracts import ReportQuery
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.kernel.time import Window
from hongmao.web.api.doors import Act, door
from hongmao.web.api.reading import Standing

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class RoiQuery(Standing, frozen=True, kw_only=True):
    """Of which merchant, from the first day to the last of Asia/Shanghai, such as 2025-05-07."""

    merchant: str
    from_: str = msgspec.field(name="from")
    to: str


def _roi(call: Call, query: RoiQuery) -> object:
    merchant = MerchantId(check_id(query.merchant, place="merchant"))
    first, last = _day(query.from_, place="from"), _day(query.to, place="to")
    check_range(first, last)
    window = Window(Window.of_day(first).start_ms, Window.of_day(last).end_ms)
    services = call.services
    who = services.agencies.reader(call.who, merchant, window)
    funding = services.billing.funding(who, merchant, window.start_ms, window.end_ms)
    costs = services.billing.creators.true_costs(who, merchant, window.start_ms, window.end_ms)
    sight = Sight.of(services.catalog.merchant(who, merchant).tenant, merchant)
    asked = ReportQuery(from_day=first, to_day=last, window=services.insight.default_window(last), scope="all")
    gmv = services.insight.metric(sight, "gmv_gross", asked).figure
    return funding_roi(funding, gmv.numerator, costs)


def _day(text: str, *, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldMalformed(place=place, expected="2025-05-07", got=f'"{text[:48]}"') from None


routes = [door("/v1/roi", get=Act(Permission.READ_WALLETS, RoiQuery, _roi))]
