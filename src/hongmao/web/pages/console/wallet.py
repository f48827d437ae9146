"""钱包: what is left on each line, and how it came to be so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from starlette.responses import Response

from hongmao.billing.api import Party
from hongmao.catalog.api import TenantKind
from hongmao.insight.api import StatementFormat, statement_format, write_statement
from hongmao.kernel.time import Window
from hongmao.web.i18n import catalogue
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import HEADERS, render
from hongmao.web.problems import lang_of
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from starlette.requests import Request

    from hongmao.billing.api import MonthStanding, Purse, Statement, StatementLine, Uncharged, Wallet
    from hongmao.kernel.ids import MerchantId
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One wallet as it stands now, with its kinds of money where there are several."""

    merchant_name: str
    line: str
    funder: str
    balance_fen: int
    purses: tuple[Purse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRow:
    """One day's movements of one sort, and what was there after them."""

    day: date
    why: str
    entries: int
    amount_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatement:
    """One kind of a wallet's money over the days asked for.

    Opening, movements and closing meet to the fen, or `balanced` says not.
    """

    merchant_name: str
    line: str
    kind: str
    funder: str
    opening_fen: int
    rows: tuple[MovementRow, ...]
    closing_fen: int
    balanced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """One choice of whose statement to download: `party/id`."""

    value: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletPage:
    """钱包."""

    frame: Frame
    filters: Filters
    balances: tuple[Balance, ...]
    statements: tuple[LineStatement, ...]
    uncharged: tuple[Uncharged, ...]
    whose: tuple[Whose, ...]
    months: tuple[MonthStanding, ...]
    forms: tuple[str, ...] = tuple(
        one.value for one in (StatementFormat.PDF, StatementFormat.XLSX, StatementFormat.CSV)
    )
    vouched: bool | None = None
    """Whether the ledger adds up; None where nobody asked, since it reads every seal since the last close."""


def wallet(request: Request) -> Response:
    """Answer `GET /console/wallet`."""
    frame = frame_of(request, "wallet")
    filters = filters_of(request)
    services = services_of(request)
    names = {merchant.id: merchant.name for merchant in services.catalog.merchants(frame.who)}
    start_ms = Window.of_day(filters.query.from_day).start_ms
    end_ms = Window.of_day(filters.query.to_day).end_ms
    drawn = [(name, services.billing.statement(frame.who, id_, start_ms, end_ms)) for id_, name in names.items()]
    wallets = services.billing.wallets(frame.who)
    page = WalletPage(
        frame=frame,
        filters=filters,
        balances=tuple(_balance(one, names[one.merchant]) for one in wallets if _in_use(one, drawn)),
        statements=tuple(_statement(line, name) for name, statement in drawn for line in statement.lines),
        uncharged=tuple(row for _, statement in drawn for row in statement.uncharged),
        whose=_whose(request, frame, names),
        months=tuple(services.books.months(frame.who)),
        vouched=services.books.vouched(frame.who) if "verify" in request.query_params else None,
    )
    return render(request, "console/wallet.html", page)


def statement_file(request: Request) -> Response:
    """Answer `GET /console/statements`: a month's statement as a file, in the language of the reader."""
    frame = frame_of(request, "wallet")
    asked = request.query_params
    party, _, of = asked.get("whose", "").partition("/")
    form = statement_format(asked.get("format", ""))
    drawn = services_of(request).books.statement(frame.who, party, of or None, asked.get("month", ""))
    file = write_statement(drawn, form, catalogue(lang_of(request)))
    kept = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, headers={**HEADERS, **kept}, media_type=file.media_type)


def _whose(request: Request, frame: Frame, names: Mapping[MerchantId, str]) -> tuple[Whose, ...]:
    """List the merchants of a tenant, and the tenant itself where it is an agency."""
    mine = [Whose(value=f"{Party.MERCHANT}/{id_}", name=name) for id_, name in names.items()]
    tenant = services_of(request).catalog.tenant(frame.who.tenant)
    if tenant.kind is TenantKind.AGENCY:
        mine.insert(0, Whose(value=f"{Party.AGENCY}/{tenant.id}", name=tenant.name))
    return tuple(mine)


def _in_use(wallet_: Wallet, drawn: list[tuple[str, Statement]]) -> bool:
    """Tell whether a wallet was ever opened: a line that nobody uses is no wallet with nothing in it."""
    lines = {(statement.merchant, line.line) for _, statement in drawn for line in statement.lines}
    return bool(wallet_.balance_fen) or (wallet_.merchant, wallet_.line.value) in lines


def _balance(wallet_: Wallet, merchant_name: str) -> Balance:
    return Balance(
        merchant_name=merchant_name,
        line=wallet_.line.value,
        funder=wallet_.funder,
        balance_fen=wallet_.balance_fen,
        purses=wallet_.purses if len(wallet_.purses) > 1 else (),
    )


def _statement(line: StatementLine, merchant_name: str) -> LineStatement:
    # A day's movements are sums, so their order is ours to choose: what came in stands before what it paid for.
    moves = sorted(line.movements, key=lambda move: (move.day, -move.amount_fen))
    after = list(accumulate((move.amount_fen for move in moves), initial=line.opening_fen))[1:]
    return LineStatement(
        merchant_name=merchant_name,
        line=line.line,
        kind=line.kind,
        funder=line.funder,
        opening_fen=line.opening_fen,
        rows=tuple(
            MovementRow(
                day=move.day, why=move.why, entries=move.entries, amount_fen=move.amount_fen, after_fen=after_fen
            )
            for move, after_fen in zip(moves, after, strict=True)
        ),
        closing_fen=line.closing_fen,
        balanced=line.balanced,
    )
