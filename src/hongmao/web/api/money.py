"""`/v1/wallets`, `/v1/statement`, `/v1/funding`, `/v1/ledger/verify`: what is left, what moved, whose it was, the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import PLATFORM, Permission
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.kernel.time import Window, day_of
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Sent, Standing, in_order, moment

if TYPE_CHECKING:
    from hongmao.catalog.api import Principal
    from hongmao.web.api.doors import Call


class TopUpBody(Standing, frozen=True, kw_only=True):
    """充值: a payment that the deployment has received, entered once per `key`."""

    merchant: str
    line: str
    amount_fen: int
    key: str


class GrantBody(Standing, frozen=True, kw_only=True):
    """发放: a rebate, credit or compensation that the deployment gives a merchant, entered once per `key`."""

    merchant: str
    kind: str
    amount_fen: int
    key: str


class StatementQuery(Standing, frozen=True, kw_only=True):
    """账单: of one merchant, from the start of `from` to the start of `to`; without them, of all time until tonight."""

    merchant: str
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


def _top_up(call: Call, body: TopUpBody) -> object:
    merchant = MerchantId(check_id(body.merchant, place="merchant"))
    entered = call.services.billing.top_up(call.who, merchant, body.line, body.amount_fen, body.key)
    return entered if entered.duplicate else Made(entered)


def _grant(call: Call, body: GrantBody) -> object:
    merchant = MerchantId(check_id(body.merchant, place="merchant"))
    given = call.services.billing.grant(call.who, merchant, body.kind, body.amount_fen, body.key)
    return given if given.duplicate else Made(given)


def _wallets(call: Call, _query: Standing) -> object:
    return {"wallets": call.services.billing.wallets(call.who)}


def _statement(call: Call, query: StatementQuery) -> object:
    merchant = MerchantId(check_id(query.merchant, place="merchant"))
    span = _span(call, query)
    statement = call.services.billing.statement(_reader(call, merchant, span), merchant, *span)
    return {**msgspec.to_builtins(statement), "balanced": statement.balanced}


def _funding(call: Call, query: StatementQuery) -> object:
    merchant = MerchantId(check_id(query.merchant, place="merchant"))
    span = _span(call, query)
    funding = call.services.billing.funding(_reader(call, merchant, span), merchant, *span)
    return {**msgspec.to_builtins(funding), "own_fen": funding.own_fen, "total_fen": funding.total_fen}


def _reader(call: Call, merchant: MerchantId, span: tuple[int, int]) -> Principal:
    """Let a merchant's agency read what lies within its days, as one of the merchant's own bookkeepers."""
    return call.services.agencies.reader(call.who, merchant, Window(*span))


def _span(call: Call, query: StatementQuery) -> tuple[int, int]:
    start_ms = moment(query.from_, place="from") if query.from_ is not None else 0
    tonight_ms = Window.of_day(day_of(call.services.clock.now_ms())).end_ms
    end_ms = moment(query.to, place="to") if query.to is not None else max(start_ms, tonight_ms)
    in_order(start_ms, end_ms, place="to")
    return start_ms, end_ms


def _verify(call: Call, _query: Sent) -> object:
    """Tell the deployment's own people what was found; a tenant's learn whether the house's books add up, and no name."""
    check = call.services.ledger.verify()
    found = msgspec.to_builtins(check) if call.who.tenant == PLATFORM else {}
    return {**found, "balanced": check.balanced}


routes = [
    door("/v1/wallets/top-ups", post=Act(Permission.TOP_UP, TopUpBody, _top_up)),
    door("/v1/wallets/grants", post=Act(Permission.TOP_UP, GrantBody, _grant)),
    door("/v1/wallets", get=Act(Permission.READ_WALLETS, Standing, _wallets)),
    door("/v1/statement", get=Act(Permission.READ_WALLETS, StatementQuery, _statement)),
    door("/v1/funding", get=Act(Permission.READ_WALLETS, StatementQuery, _funding)),
    door("/v1/ledger/verify", get=Act(Permission.VERIFY_LEDGER, Sent, _verify)),
]
