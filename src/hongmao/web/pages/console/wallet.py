"""钱包: what is left on each line, and how it came to be so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from hongmao.kernel.time import Window
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from datetime import date

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.billing.api import Purse, Statement, StatementLine, Uncharged, Wallet
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
class WalletPage:
    """钱包."""

    frame: Frame
    filters: Filters
    balances: tuple[Balance, ...]
    statements: tuple[LineStatement, ...]
    uncharged: tuple[Uncharged, ...]


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
    )
    return render(request, "console/wallet.html", page)


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
