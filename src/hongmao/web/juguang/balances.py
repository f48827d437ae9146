"""余额与账户日预算: `/jg/account/{balance/info,budget/info,budget/update}`. The public client has none: their forms are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.billing.api import Line
from hongmao.catalog.api import Permission
from hongmao.web.juguang.doors import Act, Deciding, OfAccount, door

if TYPE_CHECKING:
    from hongmao.web.juguang.doors import Call


class BudgetBody(Deciding, frozen=True, kw_only=True):
    """账户日预算: what all campaigns may spend in a day together, in fen; 0 takes the limit away."""

    account_day_budget: int


def _budget(call: Call, body: OfAccount) -> object:
    return _shown(call.services.campaigns.account_budget_fen(call.account(body.advertiser_id)))


def _set_budget(call: Call, body: BudgetBody) -> object:
    account, fen = call.account(body.advertiser_id), body.account_day_budget or None
    return _shown(call.services.campaigns.set_account_budget(account, fen, by=call.who.id, why=body.why))


def _shown(budget_fen: int | None) -> dict[str, int | None]:
    return {"limit_day_budget": int(budget_fen is not None), "account_day_budget": budget_fen}


def _info(call: Call, body: OfAccount) -> object:
    account = call.account(body.advertiser_id)
    wallets = [call.services.billing.wallet(account.merchant, line) for line in Line]
    return {
        "balances": [{"line": one.line.value, "funder": one.funder, "balance_fen": one.balance_fen} for one in wallets]
    }


routes = [
    door("/jg/account/balance/info", Act("POST", Permission.READ_WALLETS, OfAccount, _info)),
    door("/jg/account/budget/info", Act("POST", Permission.READ_CATALOG, OfAccount, _budget)),
    door("/jg/account/budget/update", Act("POST", Permission.WRITE_LINKS, BudgetBody, _set_budget)),
]
