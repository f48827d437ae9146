"""What was told of shops, in SQL: facts, scores, papers. What is asked for is the newest of each, whatever came when."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from hongmao.eligibility.api import Qualification, QualificationTaken
from hongmao.eligibility.contracts import Facts, QualFact, ScoreFact
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.storage.models import QualificationRow, ShopFactsRow, ShopScoreRow
from hongmao.storage.revisions import ADMISSION, grow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.catalog.contracts import Shop
    from hongmao.eligibility.api import FactsTold, ScoreKept
    from hongmao.kernel.ids import ShopId
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope, ScopedSession

_HOUSE = PlatformScope("shops are judged by the house")
# One statement names at most so many ids: SQLite takes 32,766 parameters, and a page of shops is 1,000.
_IDS_A_QUESTION = 5_000


def scope_of(tenant: TenantId | None) -> Scope:
    """Look as a tenant, or as the house."""
    return _HOUSE if tenant is None else TenantScope(tenant)


class SqlShopFacts:
    """The part of `eligibility.store.EligibilityStore` that keeps what was told."""

    _database: Database

    def tell_facts(self, told: FactsTold) -> None:
        """Keep what a shop is said to be."""
        row = ShopFactsRow(
            tenant_id=told.tenant,
            shop_id=told.shop,
            kind=told.kind,
            badge=told.badge,
            category=told.category,
            source=told.source,
            by=told.by,
            at_ms=told.at_ms,
        )
        with self._database.session(TenantScope(told.tenant), write=True) as session:
            session.add(row)
            grow(session, ADMISSION)

    def tell_scores(self, scores: Sequence[ScoreKept]) -> None:
        """Keep scores of one tenant, all or none."""
        if not scores:
            return
        with self._database.session(TenantScope(scores[0].tenant), write=True) as session:
            session.add_all(
                ShopScoreRow(
                    tenant_id=one.tenant,
                    shop_id=one.shop,
                    name=one.name,
                    value=one.value,
                    source=one.source,
                    observed_at_ms=one.observed_at_ms,
                    received_at_ms=one.received_at_ms,
                    evidence=one.evidence,
                    by=one.by,
                )
                for one in scores
            )
            grow(session, ADMISSION)

    def add_qualification(self, paper: Qualification) -> Qualification:
        """Keep a paper; the same again gives what is there."""
        row = QualificationRow(
            id=paper.id,
            tenant_id=paper.tenant,
            merchant_id=paper.merchant,
            kind=paper.kind,
            subject=paper.subject,
            number=paper.number,
            valid_from=paper.valid_from,
            valid_to=paper.valid_to,
            sha256=paper.sha256,
            revoked_at_ms=None,
            by=paper.by,
            at_ms=paper.at_ms,
        )
        try:
            with self._database.session(TenantScope(paper.tenant), write=True) as session:
                session.add(row)
                grow(session, ADMISSION)
        except IntegrityError as error:
            with self._database.session(TenantScope(paper.tenant)) as session:
                there = session.get(QualificationRow, paper.id)
            if there is None or _meaning(_paper(there)) != _meaning(paper):
                raise QualificationTaken(id=paper.id) from error
            return _paper(there)
        return paper

    def withdraw_qualification(self, tenant: TenantId | None, id: str, at_ms: int) -> Qualification | None:
        """Mark a paper as withdrawn, once."""
        with self._database.session(scope_of(tenant), write=True) as session:
            row = session.get(QualificationRow, id)
            if row is None:
                return None
            if row.revoked_at_ms is None:
                row.revoked_at_ms = at_ms
                grow(session, ADMISSION)
            return _paper(row)

    def qualifications(self, tenant: TenantId | None, merchant: MerchantId) -> Sequence[Qualification]:
        """List a merchant's papers, oldest first."""
        found = select(QualificationRow).where(QualificationRow.merchant_id == merchant)
        with self._database.session(scope_of(tenant)) as session:
            ordered = found.order_by(QualificationRow.at_ms, QualificationRow.id)
            return [_paper(row) for row in session.scalars(ordered)]

    def facts(self, shops: Sequence[Shop]) -> Mapping[ShopId, Facts]:
        """Give what is known of each shop, in one look."""
        known: dict[ShopId, Facts] = {}
        for begin in range(0, len(shops), _IDS_A_QUESTION):
            piece = shops[begin : begin + _IDS_A_QUESTION]
            with self._database.session(_HOUSE) as session:
                told = _last_facts(session, [shop.id for shop in piece])
                scores = _newest_scores(session, [shop.id for shop in piece])
                papers = _papers(session, list({shop.merchant for shop in piece}))
            for shop in piece:
                row = told.get(shop.id)
                known[shop.id] = Facts(
                    platform=shop.platform,
                    kind=row.kind if row else None,
                    badge=row.badge if row else None,
                    category=row.category if row else None,
                    scores=tuple(scores[shop.id]),
                    qualifications=tuple(papers[shop.merchant]),
                )
        return known


def _last_facts(session: ScopedSession, shops: Sequence[str]) -> dict[str, ShopFactsRow]:
    last = select(func.max(ShopFactsRow.number)).where(ShopFactsRow.shop_id.in_(shops)).group_by(ShopFactsRow.shop_id)
    found = session.scalars(select(ShopFactsRow).where(ShopFactsRow.number.in_(last)))
    return {row.shop_id: row for row in found}


def _newest_scores(session: ScopedSession, shops: Sequence[str]) -> Mapping[str, list[ScoreFact]]:
    """Take each source's newest score of each name; of two of one instant the lower, which stands first as text too."""
    one = aliased(ShopScoreRow)
    newest = (
        select(
            one.shop_id,
            one.name,
            one.source,
            one.value,
            one.observed_at_ms,
            func.row_number()
            .over(partition_by=(one.shop_id, one.name, one.source), order_by=(one.observed_at_ms.desc(), one.value))
            .label("place"),
        )
        .where(one.shop_id.in_(shops))
        .subquery()
    )
    rows = session.execute(
        select(newest.c.shop_id, newest.c.name, newest.c.value, newest.c.source, newest.c.observed_at_ms)
        .where(newest.c.place == 1)
        .order_by(newest.c.shop_id, newest.c.name, newest.c.source)
    )
    found: dict[str, list[ScoreFact]] = defaultdict(list)
    for shop, name, value, source, observed_at_ms in rows:
        found[shop].append(ScoreFact(name=name, value=value, source=source, observed_at_ms=observed_at_ms))
    return found


def _papers(session: ScopedSession, merchants: Sequence[str]) -> Mapping[str, list[QualFact]]:
    found: dict[str, list[QualFact]] = defaultdict(list)
    stands = select(QualificationRow).where(
        QualificationRow.merchant_id.in_(merchants), QualificationRow.revoked_at_ms.is_(None)
    )
    for row in session.scalars(stands.order_by(QualificationRow.id)):
        found[row.merchant_id].append(
            QualFact(
                kind=row.kind,
                subject=row.subject,
                number=row.number,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
        )
    return found


def _meaning(paper: Qualification) -> tuple[object, ...]:
    return (
        paper.tenant,
        paper.merchant,
        paper.kind,
        paper.subject,
        paper.number,
        paper.valid_from,
        paper.valid_to,
        paper.sha256,
    )


def _paper(row: QualificationRow) -> Qualification:
    return Qualification(
        id=row.id,
        tenant=TenantId(row.tenant_id),
        merchant=MerchantId(row.merchant_id),
        kind=row.kind,
        subject=row.subject,
        number=row.number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        sha256=row.sha256,
        by=row.by,
        at_ms=row.at_ms,
        revoked_at_ms=row.revoked_at_ms,
    )
