"""Verdicts and persons' words on shops, in SQL. Facts and findings are JSON, as they were judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import msgspec
from sqlalchemy import func, select

from hongmao.eligibility.contracts import Facts, Finding, Ruling, Verdict
from hongmao.kernel.ids import ShopId, TenantId
from hongmao.storage.models import ShopRulingRow, VerdictRow
from hongmao.storage.revisions import ADMISSION, grow
from hongmao.storage.scope import PlatformScope, TenantScope
from hongmao.storage.shop_facts import scope_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

    R = TypeVar("R", VerdictRow, ShopRulingRow)

_HOUSE = PlatformScope("shops are judged by the house")


class SqlShopVerdicts:
    """The part of `eligibility.store.EligibilityStore` that keeps what was decided about shops."""

    _database: Database

    def keep_verdicts(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Keep verdicts and give them their numbers."""
        if not verdicts:
            return []
        rows = [
            VerdictRow(
                tenant_id=one.tenant,
                shop_id=one.shop,
                status=one.status,
                ruleset=one.ruleset,
                ruleset_print=one.ruleset_print,
                categories=one.categories,
                categories_print=one.categories_print,
                facts=msgspec.json.encode(one.facts).decode(),
                findings=msgspec.json.encode(one.findings).decode(),
                at_ms=one.at_ms,
                until_ms=one.until_ms,
            )
            for one in verdicts
        ]
        with self._database.session(_HOUSE, write=True) as session:
            session.add_all(rows)
            session.flush()
            return [replace(one, number=row.number) for one, row in zip(verdicts, rows, strict=True)]

    def last_verdicts(self, shops: Collection[ShopId]) -> Mapping[ShopId, Verdict]:
        """Give the newest verdict of each shop that has one."""
        with self._database.session(_HOUSE) as session:
            return {ShopId(row.shop_id): _verdict(row) for row in _last(session, VerdictRow, shops)}

    def verdicts(self, tenant: TenantId | None, shop: ShopId, *, limit: int) -> Sequence[Verdict]:
        """List a shop's verdicts, newest first."""
        found = select(VerdictRow).where(VerdictRow.shop_id == shop).order_by(VerdictRow.number.desc()).limit(limit)
        with self._database.session(scope_of(tenant)) as session:
            return [_verdict(row) for row in session.scalars(found)]

    def verdict(self, tenant: TenantId | None, number: int) -> Verdict | None:
        """Find a verdict."""
        with self._database.session(scope_of(tenant)) as session:
            row = session.get(VerdictRow, number)
            return _verdict(row) if row else None

    def keep_ruling(self, ruling: Ruling) -> Ruling:
        """Keep a person's word on a shop."""
        row = ShopRulingRow(
            tenant_id=ruling.tenant,
            shop_id=ruling.shop,
            passed=ruling.passed,
            why=ruling.why,
            until_ms=ruling.until_ms,
            by=ruling.by,
            at_ms=ruling.at_ms,
        )
        with self._database.session(TenantScope(ruling.tenant), write=True) as session:
            session.add(row)
            grow(session, ADMISSION)
            return replace(ruling, number=row.number)

    def rulings(self, shops: Collection[ShopId]) -> Mapping[ShopId, Ruling]:
        """Give the latest word on each shop that has one."""
        with self._database.session(_HOUSE) as session:
            return {ShopId(row.shop_id): _ruling(row) for row in _last(session, ShopRulingRow, shops)}


def _last(session: ScopedSession, model: type[R], shops: Collection[ShopId]) -> list[R]:
    if not shops:
        return []
    last = select(func.max(model.number)).where(model.shop_id.in_(shops)).group_by(model.shop_id)
    return list(session.scalars(select(model).where(model.number.in_(last))))


def _verdict(row: VerdictRow) -> Verdict:
    return Verdict(
        number=row.number,
        shop=ShopId(row.shop_id),
        tenant=TenantId(row.tenant_id),
        status=row.status,
        ruleset=row.ruleset,
        ruleset_print=row.ruleset_print,
        categories=row.categories,
        categories_print=row.categories_print,
        facts=msgspec.json.decode(row.facts, type=Facts),
        findings=msgspec.json.decode(row.findings, type=tuple[Finding, ...]),
        at_ms=row.at_ms,
        until_ms=row.until_ms,
    )


def _ruling(row: ShopRulingRow) -> Ruling:
    return Ruling(
        number=row.number,
        shop=ShopId(row.shop_id),
        tenant=TenantId(row.tenant_id),
        passed=row.passed,
        why=row.why,
        until_ms=row.until_ms,
        by=row.by,
        at_ms=row.at_ms,
    )
