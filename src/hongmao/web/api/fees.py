"""`/v1/fee-terms` and `/v1/fees`: who pays a merchant's service fees, and what they have come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Standing

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class TermsBody(Standing, frozen=True, kw_only=True):
    """费用条款 of payments from a day on. `rate_ppm` counts only with `unit_confirmed`."""

    merchant: str
    platform: str
    payer: str
    from_day: str
    rate_ppm: int | None = None
    unit_confirmed: bool = False


class MerchantQuery(Standing, frozen=True, kw_only=True):
    """One merchant's."""

    merchant: str


def _set(call: Call, body: TermsBody) -> object:
    terms, is_new = call.services.billing.fees.set_terms(
        call.who,
        _merchant(body.merchant),
        body.platform,
        payer=body.payer,
        from_day=body.from_day,
        rate_ppm=body.rate_ppm,
        unit_confirmed=body.unit_confirmed,
    )
    return Made(terms) if is_new else terms


def _terms(call: Call, query: MerchantQuery) -> object:
    return {"terms": call.services.billing.fees.terms(call.who, _merchant(query.merchant))}


def _fees(call: Call, query: MerchantQuery) -> object:
    return {"fees": call.services.billing.fees.totals(call.who, _merchant(query.merchant))}


def _merchant(text: str) -> MerchantId:
    return MerchantId(check_id(text, place="merchant"))


routes = [
    door(
        "/v1/fee-terms",
        get=Act(Permission.READ_WALLETS, MerchantQuery, _terms),
        post=Act(Permission.TOP_UP, TermsBody, _set),
    ),
    door("/v1/fees", get=Act(Permission.READ_WALLETS, MerchantQuery, _fees)),
]
