"""`/v1/campaign-rates` and `/v1/campaign-days`: what campaigns are charged for, and what their days have cost so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.kernel.time import day_number, day_of, iso
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Standing, moment

if TYPE_CHECKING:
    from hongmao.billing.api import Agreement
    from hongmao.web.api.doors import Call


class RateBody(Standing, frozen=True, kw_only=True):
    """计费方式 of a campaign from now on: cpc, cpm for a thousand impressions, ocpx for one goal."""

    advertiser_id: int
    campaign_id: int
    scheme: str
    amount_fen: int = 0
    why: str = ""


class DayQuery(Standing, frozen=True, kw_only=True):
    """The Shanghai day of an instant."""

    at: str


def _agree(call: Call, body: RateBody) -> object:
    account = call.services.campaigns.advertiser(call.who.tenant, body.advertiser_id)
    return Made(
        _told(
            call.services.rating.agree(
                account, body.campaign_id, body.scheme, body.amount_fen, by=call.who.id, why=body.why
            )
        )
    )


def _agreed(call: Call, _query: Standing) -> object:
    return {"rates": [_told(one) for one in call.services.rating.agreed(call.who.tenant)]}


def _days(call: Call, query: DayQuery) -> object:
    at_ms = moment(query.at, place="at")
    billing, tenant, day = call.services.billing, call.who.tenant, day_number(at_ms)
    return {
        "day": day_of(at_ms),
        "campaigns": [
            {
                "campaign_id": one.campaign,
                "advertiser_id": one.account,
                "spent_fen": one.spent_fen,
                "compensated_fen": one.compensated_fen,
                "net_fen": one.net_fen,
            }
            for one in billing.campaign_day(tenant, at_ms).values()
        ],
        "shown": [
            {
                "campaign_id": one.campaign,
                "link": one.link,
                "price_fen": one.price_fen,
                "shown": one.shown,
                "billed_fen": one.billed_fen,
                "over_budget": one.over_budget,
                "funds_missing": one.funds_missing,
            }
            for one in billing.shown_days(tenant, day, day + 1)
        ],
    }


def _told(one: Agreement) -> dict[str, object]:
    return {
        "campaign_id": one.campaign,
        "scheme": one.scheme.value,
        "amount_fen": one.amount_fen,
        "from": iso(one.from_ms),
        "by": one.by,
        "why": one.why,
    }


routes = [
    door(
        "/v1/campaign-rates",
        get=Act(Permission.READ_CATALOG, Standing, _agreed),
        post=Act(Permission.WRITE_LINKS, RateBody, _agree),
    ),
    door("/v1/campaign-days", get=Act(Permission.READ_WALLETS, DayQuery, _days)),
]
