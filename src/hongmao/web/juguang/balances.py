"""余额: `/jg/account/balance/info`, what an account has left on either line. The public client has none: the form is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.billing.api import Line
from hongmao.catalog.api import Permission
from hongmao.web.juguang.doors import Act, OfAccount, door

if TYPE_CHECKING:
    from hongmao.web.juguang.doors import Call


def _info(call: Call, body: OfAccount) -> object:
    account = call.account(body.advertiser_id)
    wallets = [call.services.billing.wallet(account.merchant, line) for line in Line]
    return {
        "balances": [{"line": one.line.value, "funder": one.funder, "balance_fen": one.balance_fen} for one in wallets]
    }


routes = [door("/jg/account/balance/info", Act("POST", Permission.READ_WALLETS, OfAccount, _info))]
