"""Days of campaigns in SQL, and what links were placed for: what a budget is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import aliased

from hongmao.billing.budgets import CampaignDay, PlacedTerms, Rate, Scheme
from hongmao.billing.cpm import ShownDay, ShownPiece
from hongmao.campaigns.contracts import AccountTerms, CampaignTerms, Noun
from hongmao.storage.models import (
    BindingRow,
    CampaignDayRow,
    CampaignRateRow,
    PlacedRow,
    PositionRow,
    ShownDayRow,
    ShownPieceRow,
)
from hongmao.storage.records import to_data, to_values
from hongmao.storage.scope import PlatformScope
from hongmao.storage.upsert import insert_or_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

KEYS_PER_QUERY = 500
_SPENT = ("spent_fen", "compensated_fen")
_SHOWN = ("shown", "billed_fen", "over_budget", "funds_missing")


class SqlDaysWork:
    """Implements `billing.store.DaysWork`."""

    def __init__(self, session: ScopedSession, consumer: str) -> None:
        """Work in billing's transaction, which no other writer shares."""
        self._session = session
        self._consumer = consumer

    def position(self) -> int:
        """Give the log offset up to which everything has had its effect."""
        row = self._session.get(PositionRow, self._consumer)
        return row.log_offset if row else 0

    def of_accounts(self, keys: Collection[tuple[int, int]]) -> Sequence[CampaignDay]:
        """List the days of all campaigns of accounts, each named with a day."""
        return [
            to_data(CampaignDay, row)
            for part in _parts(sorted(keys))
            for row in self._session.scalars(
                select(CampaignDayRow).where(*_both(CampaignDayRow.account, CampaignDayRow.day, part))
            )
        ]

    def keep(self, days: Sequence[CampaignDay]) -> None:
        """Keep days as they are now."""
        insert_or_set(self._session, CampaignDayRow, [to_values(one, CampaignDayRow) for one in days], *_SPENT)

    def shown(self, keys: Collection[tuple[int, int]]) -> Sequence[ShownDay]:
        """List what was shown of campaigns, each named with a day."""
        return [
            to_data(ShownDay, row)
            for part in _parts(sorted(keys))
            for row in self._session.scalars(
                select(ShownDayRow).where(*_both(ShownDayRow.campaign, ShownDayRow.day, part))
            )
        ]

    def keep_shown(self, days: Sequence[ShownDay], added: Sequence[ShownPiece]) -> None:
        """Keep what was shown as it is now, and what this piece of the log added to it."""
        if added:
            self._session.execute(insert(ShownPieceRow), [to_values(one, ShownPieceRow) for one in added])
        insert_or_set(self._session, ShownDayRow, [to_values(one, ShownDayRow) for one in days], *_SHOWN)


def _both(
    noun: InstrumentedAttribute[int], day: InstrumentedAttribute[int], keys: Collection[tuple[int, int]]
) -> tuple[ColumnElement[bool], ...]:
    """Ask for pairs by their halves as well: given pairs alone, SQLite would read the whole table."""
    nouns, days = ({key[at] for key in keys} for at in (0, 1))
    return noun.in_(nouns), day.in_(days), tuple_(noun, day).in_(keys)


class SqlRates:
    """Implements `billing.budgets.Rates`: what campaigns and accounts say, read anew whenever it is asked for."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def placed(self, links: Collection[str]) -> Mapping[str, PlacedTerms]:
        """Say for what these links were placed; one that no campaign has is left out."""
        found: dict[str, PlacedTerms] = {}
        if not links:
            return found
        with self._database.session(PlatformScope("what every tenant's acts are charged by")) as session:
            for part in _parts(sorted(links)):
                found.update(_placed(session, part))
        return found


def _placed(session: ScopedSession, links: list[str]) -> Iterator[tuple[str, PlacedTerms]]:
    account = aliased(PlacedRow)
    found = session.execute(
        select(
            BindingRow.link_id, BindingRow.at_ms, PlacedRow.number, PlacedRow.advertiser, PlacedRow.terms, account.terms
        )
        .join(PlacedRow, PlacedRow.number == BindingRow.campaign)
        .outerjoin(account, (account.advertiser == PlacedRow.advertiser) & (account.noun == Noun.ACCOUNT.value))
        .where(BindingRow.link_id.in_(links))
    ).all()
    rates = _rates(session, {row[2] for row in found})
    for link, at_ms, campaign, advertiser, terms, of_account in found:
        yield (
            link,
            PlacedTerms(
                campaign=campaign,
                account=advertiser,
                since_ms=at_ms,
                day_budget_fen=_campaign_budget(terms),
                account_budget_fen=_account_budget(of_account),
                rates=rates.get(campaign, ()),
            ),
        )


def _rates(session: ScopedSession, campaigns: Collection[int]) -> dict[int, tuple[Rate, ...]]:
    found: dict[int, tuple[Rate, ...]] = {}
    for part in _parts(sorted(campaigns)):
        query = select(CampaignRateRow).where(CampaignRateRow.campaign.in_(part)).order_by(CampaignRateRow.number)
        for row in session.scalars(query):
            rate = Rate(from_ms=row.from_ms, scheme=Scheme(row.scheme), amount_fen=row.amount_fen)
            found[row.campaign] = (*found.get(row.campaign, ()), rate)
    return found


def _campaign_budget(text: str) -> int | None:
    terms = msgspec.json.decode(text, type=CampaignTerms)
    return terms.campaign_day_budget if terms.limit_day_budget == 1 else None


def _account_budget(text: str | None) -> int | None:
    if text is None:
        return None
    terms = msgspec.json.decode(text, type=AccountTerms)
    return terms.account_day_budget if terms.limit_day_budget == 1 else None


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    return (values[start : start + KEYS_PER_QUERY] for start in range(0, len(values), KEYS_PER_QUERY))
