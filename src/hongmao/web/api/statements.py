"""`/v1/statements`, `/v1/months`: a party's statement of a month as a file, the months there are, closing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hongmao.billing.api import exchange_of
from hongmao.catalog.api import Permission
from hongmao.insight.api import statement_format, write_statement
from hongmao.kernel.time import day_of
from hongmao.web.api.doors import Act, Download, Made, door
from hongmao.web.api.reading import Standing
from hongmao.web.i18n import catalogue

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class StatementsQuery(Standing, frozen=True, kw_only=True):
    """账单: whose, of which month, in which form and language; with a rate, totals in another currency too (BILL-9)."""

    party: str
    month: str
    of: str | None = None
    format: str = "json"
    lang: Literal["zh", "en"] = "zh"
    currency: str | None = None
    rate: str | None = None
    rate_day: str | None = None
    rate_source: str | None = None


class CloseBody(Standing, frozen=True, kw_only=True):
    """关账: which month nothing counts in any more."""

    month: str


def _statement(call: Call, query: StatementsQuery) -> object:
    form = statement_format(query.format)
    today = day_of(call.services.clock.now_ms())
    exchange = exchange_of(query.currency, query.rate, query.rate_day, query.rate_source, today)
    drawn = call.services.books.statement(call.who, query.party, query.of, query.month, rate=exchange)
    file = write_statement(drawn, form, catalogue(query.lang))
    return Download(content=file.content, media_type=file.media_type, name=file.name)


def _months(call: Call, _query: Standing) -> object:
    return {"months": call.services.books.months(call.who)}


def _close(call: Call, body: CloseBody) -> object:
    close = call.services.books.close_month(call.who, body.month)
    return close if close.duplicate else Made(close)


routes = [
    door("/v1/statements", get=Act(Permission.READ_WALLETS, StatementsQuery, _statement)),
    door(
        "/v1/months",
        get=Act(Permission.READ_WALLETS, Standing, _months),
        post=Act(Permission.CLOSE_BOOKS, CloseBody, _close),
    ),
]
