"""`/v1/advertisers`: the accounts that a key may use, and opening one. The market's own API has neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Standing
from hongmao.web.juguang.shape import written

if TYPE_CHECKING:
    from hongmao.campaigns.api import Advertiser
    from hongmao.web.api.doors import Call


class Opening(Standing, frozen=True, kw_only=True):
    """Whose account to open."""

    merchant: str


def _list(call: Call, _query: Standing) -> object:
    return {"advertisers": [_shown(one) for one in call.services.campaigns.advertisers(call.who.tenant)]}


def _open(call: Call, body: Opening) -> object:
    merchant = MerchantId(check_id(body.merchant, place="merchant"))
    return Made(_shown(call.services.campaigns.open_advertiser(call.who, merchant)))


def _shown(account: Advertiser) -> dict[str, object]:
    return {
        "advertiser_id": account.number,
        "advertiser_name": account.name,
        "merchant": account.merchant,
        "created_at": written(account.created_at_ms),
    }


routes = [
    door(
        "/v1/advertisers",
        get=Act(Permission.READ_CATALOG, Standing, _list),
        post=Act(Permission.WRITE_LINKS, Opening, _open),
    )
]
