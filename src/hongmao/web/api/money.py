"""Wallets, statements and the ledger's proof over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission, sees
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.door import Call, ForTenant, Nothing, get, post

if TYPE_CHECKING:
    from hongmao.billing.api import TopUp


class NewTopUp(ForTenant, frozen=True, kw_only=True):
    """A payment that came in. The same key again is the same payment."""

    merchant: str
    line: str
    amount_fen: int
    key: str


def top_up(call: Call[NewTopUp]) -> TopUp:
    """Enter a payment into a wallet."""
    body = call.body
    merchant = MerchantId(check_id(body.merchant, place="merchant"))
    return call.services.billing.top_up(call.who, merchant, body.line, body.amount_fen, body.key)


def wallets(call: Call[Nothing]) -> dict[str, object]:
    """List what merchants have left, by line."""
    return {"wallets": call.services.billing.wallets(call.who)}


def statement(call: Call[Nothing]) -> dict[str, object]:
    """Draw up a merchant's wallets: `from` in, `to` out."""
    query = call.query
    merchant = MerchantId(query.must("merchant"))
    found = call.services.billing.statement(call.who, merchant, query.instant("from"), query.instant("to"))
    return {**msgspec.to_builtins(found), "balanced": found.balanced}


def verify(call: Call[Nothing]) -> dict[str, object]:
    """Prove the whole ledger. What is wrong is named to the administrator only: the names are those of every tenant."""
    check = call.services.ledger.verify()
    found: dict[str, object] = {**msgspec.structs.asdict(check), "balanced": check.balanced}
    if sees(call.who) is not None:
        found |= {name: len(value) for name, value in found.items() if isinstance(value, tuple)}
    return found


routes = [
    post("/v1/wallets/top-ups", NewTopUp, Permission.TOP_UP, top_up),
    get("/v1/wallets", Permission.READ_WALLETS, wallets),
    get("/v1/statement", Permission.READ_WALLETS, statement),
    get("/v1/ledger/verify", Permission.VERIFY_LEDGER, verify),
]
