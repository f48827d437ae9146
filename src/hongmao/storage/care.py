"""Link care in SQL: a reading, what it finds, the hold and the way of the link, all in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select, update

from hongmao.kernel.ids import LinkId, TenantId
from hongmao.links.care.contracts import Code, Finding, Standard, Watched
from hongmao.links.care.rules import DAY_MS, HOLDING
from hongmao.links.contracts import Review
from hongmao.links.holds import HoldSource, LinkHold
from hongmao.links.macros import has_click_macro
from hongmao.storage.link_diverts import divert, undivert
from hongmao.storage.link_holds import lift_hold, place_hold
from hongmao.storage.links import link_of_row
from hongmao.storage.models import (
    AdLinkRow,
    CareFindingRow,
    CarePlanRow,
    CareReadingRow,
    ItemRow,
    LinkDivertRow,
    ShopRow,
)
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

    from hongmao.links.care.contracts import Judgement, Reading
    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

_EVERYBODY: Final = PlatformScope("links are read again whosever they are")


class SqlCareStore:
    """Implements `links.care.store.CareStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def due(self, now_ms: int, limit: int) -> Sequence[Watched]:
        """List links that are to be read now. A plan further off than a day is of a clock that was set back since."""
        next_at_ms = CarePlanRow.next_at_ms
        waits = or_(next_at_ms.is_(None), next_at_ms <= now_ms, next_at_ms > now_ms + DAY_MS)
        wanted = (
            _links()
            .where(waits, AdLinkRow.fallback_review != int(Review.REJECTED))
            .order_by(next_at_ms.is_not(None), next_at_ms, AdLinkRow.id)
            .limit(limit)
        )
        with self._database.session(_EVERYBODY) as session:
            rows = session.execute(wanted).all()
            open_ = _open(session, [row[0].id for row in rows])
            return [_watched(row, open_.get(row[0].id, {})) for row in rows]

    def watched(self, tenant: TenantId, link: LinkId) -> Watched | None:
        """Find a tenant's link as it is judged."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.execute(_links().where(AdLinkRow.id == link)).one_or_none()
            return None if row is None else _watched(row, _open(session, [link]).get(link, {}))

    def keep(self, reading: Reading, judgement: Judgement) -> bool:
        """Keep a reading with all that follows from it; False where the link is no more."""
        with self._database.session(TenantScope(reading.tenant), write=True) as session:
            link = session.get(AdLinkRow, reading.link)
            if link is None:
                return False
            session.add(_reading_row(reading))
            _plan(session, reading, judgement)
            _findings(session, reading, judgement)
            if judgement.held is None:
                lift_hold(session, link, HoldSource.CARE)
            else:
                held = LinkHold(
                    link=reading.link, source=HoldSource.CARE, reason=judgement.held, since_ms=reading.at_ms
                )
                place_hold(session, link, held)
            if judgement.divert_to is None:
                undivert(session, link)
            else:
                divert(session, link, judgement.divert_to, reading.at_ms)
            return True

    def agree(self, tenant: TenantId, link: LinkId, by: str, at_ms: int) -> bool:
        """Make what was read last the standard, close what differed and lift the hold; False without such a reading."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            row, plan = session.get(AdLinkRow, link), session.get(CarePlanRow, link)
            read = session.scalars(
                select(CareReadingRow)
                .where(CareReadingRow.link_id == link, CareReadingRow.outcome == "read")
                .order_by(CareReadingRow.number.desc())
                .limit(1)
            ).one_or_none()
            if row is None or plan is None or read is None:
                return False
            for name in ("price_fen", "shop", "category"):
                setattr(plan, name, getattr(plan, name) if getattr(read, name) is None else getattr(read, name))
            agreed = [code for code in HOLDING if code is not Code.NOT_ALLOWED]
            session.execute(_of_open(link, agreed).values(closed_at_ms=at_ms, closed_by=by))
            left = _open(session, [link]).get(link, {})
            if not left.keys() & HOLDING:
                lift_hold(session, row, HoldSource.CARE)
            return True

    def findings(self, tenant: TenantId | None, *, every: bool) -> Sequence[Finding]:
        """List findings, newest first: the open ones, or every one."""
        wanted = select(CareFindingRow).order_by(CareFindingRow.number.desc())
        if not every:
            wanted = wanted.where(CareFindingRow.closed_at_ms.is_(None))
        with self._database.session(_EVERYBODY if tenant is None else TenantScope(tenant)) as session:
            return [_finding(row) for row in session.scalars(wanted)]


def _links() -> Select[AdLinkRow, ShopRow, ItemRow, CarePlanRow, LinkDivertRow]:
    return (
        select(AdLinkRow, ShopRow, ItemRow, CarePlanRow, LinkDivertRow)
        .join(ShopRow, ShopRow.id == AdLinkRow.shop_id)
        .outerjoin(ItemRow, ItemRow.id == AdLinkRow.item_id)
        .outerjoin(CarePlanRow, CarePlanRow.link_id == AdLinkRow.id)
        .outerjoin(LinkDivertRow, LinkDivertRow.link_id == AdLinkRow.id)
    )


def _watched(row: Any, open_: Mapping[Code, str]) -> Watched:
    link, shop, item, plan, diverted = row
    own = (diverted or link).fallback_url
    # An address with the platform's own click macro counts taps: the page behind it is read instead.
    page = own if not has_click_macro(own) else (shop.home_url if item is None else item.url)
    return Watched(
        link=link_of_row(link),
        page_url=page,
        home_url=shop.home_url,
        platform_shop_id=shop.platform_shop_id,
        platform_item_id=None if item is None else item.platform_item_id,
        standard=Standard(
            price_fen=_agreed(plan, "price_fen", None if item is None else item.price_fen),
            shop=_agreed(plan, "shop", shop.platform_shop_id),
            category=_agreed(plan, "category", None),
        ),
        open=open_,
        failures=0 if plan is None else plan.failures,
        diverted=diverted is not None,
    )


def _agreed(plan: CarePlanRow | None, name: str, otherwise: Any) -> Any:
    agreed = None if plan is None else getattr(plan, name)
    return otherwise if agreed is None else agreed


def _open(session: ScopedSession, links: Sequence[str]) -> dict[str, dict[Code, str]]:
    found: dict[str, dict[Code, str]] = {}
    rows = session.scalars(
        select(CareFindingRow).where(CareFindingRow.link_id.in_(links), CareFindingRow.closed_at_ms.is_(None))
    )
    for row in rows:
        found.setdefault(row.link_id, {})[Code(row.code)] = row.found
    return found


def _of_open(link: str, codes: Sequence[Code]) -> Any:
    of_link = (CareFindingRow.link_id == link, CareFindingRow.closed_at_ms.is_(None))
    return update(CareFindingRow).where(*of_link, CareFindingRow.code.in_(codes))


def _reading_row(reading: Reading) -> CareReadingRow:
    facts = reading.facts
    return CareReadingRow(
        tenant_id=reading.tenant,
        link_id=reading.link,
        at_ms=reading.at_ms,
        outcome=reading.outcome,
        price_fen=facts.price_fen,
        shop=facts.shop,
        category=facts.category,
        in_stock=facts.in_stock,
        on_sale=facts.on_sale,
    )


def _plan(session: ScopedSession, reading: Reading, judgement: Judgement) -> None:
    plan = session.get(CarePlanRow, reading.link)
    if plan is None:
        plan = CarePlanRow(link_id=reading.link, tenant_id=reading.tenant)
        session.add(plan)
    plan.next_at_ms, plan.failures = judgement.next_at_ms, judgement.failures
    if judgement.category is not None:
        plan.category = judgement.category


def _findings(session: ScopedSession, reading: Reading, judgement: Judgement) -> None:
    if judgement.closed:
        session.execute(_of_open(reading.link, sorted(judgement.closed)).values(closed_at_ms=reading.at_ms))
    for told in judgement.opened:
        session.add(
            CareFindingRow(
                tenant_id=reading.tenant,
                link_id=reading.link,
                code=told.code,
                was=told.was,
                found=told.found,
                at_ms=reading.at_ms,
            )
        )


def _finding(row: CareFindingRow) -> Finding:
    return Finding(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        link=LinkId(row.link_id),
        code=Code(row.code),
        was=row.was,
        found=row.found,
        at_ms=row.at_ms,
        closed_at_ms=row.closed_at_ms,
        closed_by=row.closed_by,
    )
