"""What clicks cost: the ledger's charges as cells of a report, and as a step of an order's trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.insight import sentences
from hongmao.insight.cells import Row
from hongmao.insight.contracts import Billed, State, Words
from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.billing.api import Billing, Spend
    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.gather import By
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight
    from hongmao.kernel.ids import TenantId


class _Platform(msgspec.Struct, frozen=True):
    link: str
    platform: str


class Charges:
    """Reads charges from billing, which alone knows them: a rebuild leaves money as it is."""

    def __init__(self, billing: Billing) -> None:
        """Read one billing."""
        self._billing = billing

    def rows(self, queries: Queries, sight: Sight, query: ReportQuery, *, by: By) -> list[Row]:
        """Write the charges of a range as cells: by the day of the click, which is when they were owed."""
        window = Window(Window.of_day(query.from_day).start_ms, Window.of_day(query.to_day).end_ms)
        platforms = _platforms(queries, sight) if by == "platform" else {}
        return [
            Row(
                day=spend.day,
                part=_part(spend, by, platforms),
                kind="component_click",
                acts=spend.clicks,
                value=None if spend.unknown else spend.amount_fen,
                unknown=int(spend.unknown),
                line=spend.line,
            )
            for spend in self._billing.spend(sight.tenant, window)
            if sight.merchant in (None, spend.merchant) and query.scope in ("all", spend.line)
        ]

    def billed(self, tenant: TenantId, click_id: str | None) -> Billed:
        """Write the step of a trace for the click that earned an order, or else for the one that the order carries."""
        if click_id is None:
            return _nothing(State.NONE, sentences.UNBILLED)
        charge = self._billing.charge_of_click(click_id, tenant=tenant)
        if charge is None:
            return _nothing(State.WAITING, sentences.BILL_WAITING)
        if not charge.amount_fen:
            return _nothing(State.NONE, sentences.not_billed(charge.reason), charge_fen=0, reason=charge.reason)
        sentence = sentences.billed(charge.amount_fen, charge.line, charge.funder)
        credit = self._billing.credits.of(charge.event_id, tenant=tenant)
        return Billed(
            state=State.DONE,
            sentence=sentence if credit is None else sentences.given_back(sentence, credit.amount_fen),
            charge_fen=charge.amount_fen,
            batch=charge.batch,
            wallet=charge.wallet,
            line=charge.line,
            funder=charge.funder,
            reason=None,
            credited_fen=None if credit is None else credit.amount_fen,
            credited_at_ms=None if credit is None else credit.at_ms,
        )


def _platforms(queries: Queries, sight: Sight) -> dict[str, str]:
    return {row.link: row.platform for row in queries.read("link_platforms", _Platform, tenant=sight.tenant)}


def _part(spend: Spend, by: By, platforms: Mapping[str, str]) -> str | None:
    match by:
        case "note":
            return spend.note
        case "link":
            return spend.link
        case "platform":
            return platforms.get(spend.link)
        case "nothing":
            return ""


def _nothing(state: State, sentence: Words, *, charge_fen: int | None = None, reason: str | None = None) -> Billed:
    return Billed(
        state=state,
        sentence=sentence,
        charge_fen=charge_fen,
        batch=None,
        wallet=None,
        line=None,
        funder=None,
        reason=reason,
    )
