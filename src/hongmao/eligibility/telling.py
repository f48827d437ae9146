"""What shops are said to be: kind, badge, category, scores, papers, each with who said so and from where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from hongmao.catalog.api import Permission, demand, may, sees
from hongmao.eligibility.contracts import Badge, ScoreName, ScoreSource, ShopKind
from hongmao.eligibility.desk import word
from hongmao.eligibility.errors import (
    QualificationMalformed,
    QualificationUnknown,
    ScoreFuture,
    ShopFactUnknown,
    SourceNotYours,
)
from hongmao.eligibility.rules import read_score
from hongmao.eligibility.store import FactsTold, Qualification, ScoreKept
from hongmao.kernel.ids import MerchantId, ShopId, check_id
from hongmao.kernel.time import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.catalog.api import Principal
    from hongmao.eligibility.desk import Desk

WORD_CHARS: Final = 64
EVIDENCE_CHARS: Final = 200
HOUSE_SOURCES: Final = frozenset({ScoreSource.API, ScoreSource.FILE})
"""What only the house enters: a merchant who could say that the platform had said so would need no score."""
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,15}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTold:
    """A score as somebody tells it. `evidence` is where it can be looked up: a call, a file and row, an address."""

    name: str
    value: str
    source: str
    observed_at_ms: int
    evidence: str = ""


class Telling:
    """Acts of whoever knows something about a shop."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def tell_facts(
        self,
        who: Principal,
        shop: ShopId,
        *,
        kind: str | None = None,
        badge: str | None = None,
        category: str | None = None,
        source: str = ScoreSource.TYPED,
    ) -> FactsTold:
        """Keep what a shop is; the latest word counts whole. Only the house may say what only the platform knows.

        A merchant's own people name the category; kind and badge decide which rule speaks, so they come by the house.
        """
        demand(who, Permission.WRITE_SHOP_FACTS)
        found = self._desk.catalog.shop(who, shop)
        source = _one_of(source, ScoreSource, "source")
        if not may(who, Permission.MANAGE_ADMISSION) and (source in HOUSE_SOURCES or kind or badge):
            raise SourceNotYours(source=source)
        if not may(who, Permission.MANAGE_ADMISSION):
            known = self._desk.store.facts([found])[found.id]
            kind, badge = known.kind, known.badge
        told = FactsTold(
            shop=found.id,
            tenant=found.tenant,
            kind=None if kind is None else _one_of(kind, ShopKind, "kind"),
            badge=None if badge is None else _one_of(badge, Badge, "badge"),
            category=None if category is None else word(category, "category", WORD_CHARS),
            source=source,
            by=who.id,
            at_ms=self._desk.clock.now_ms(),
        )
        self._desk.store.tell_facts(told)
        return told

    def tell_scores(self, who: Principal, shop: ShopId, scores: Iterable[ScoreTold]) -> Sequence[ScoreKept]:
        """Keep scores of a shop, all or none. An older one than what is known changes nothing, whenever it comes."""
        demand(who, Permission.WRITE_SHOP_FACTS)
        found = self._desk.catalog.shop(who, shop)
        now_ms = self._desk.clock.now_ms()
        kept: list[ScoreKept] = []
        for place, told in enumerate(scores):
            source = _one_of(told.source, ScoreSource, f"scores[{place}].source")
            if source in HOUSE_SOURCES and not may(who, Permission.MANAGE_ADMISSION):
                raise SourceNotYours(source=source)
            name = _one_of(told.name, ScoreName, f"scores[{place}].name")
            read_score(told.value, place=f"scores[{place}].value")
            if type(told.observed_at_ms) is not int or not 0 <= told.observed_at_ms <= now_ms:
                raise ScoreFuture(place=f"scores[{place}]", observed=_instant(told.observed_at_ms))
            kept.append(
                ScoreKept(
                    shop=found.id,
                    tenant=found.tenant,
                    name=name,
                    value=told.value,
                    source=source,
                    observed_at_ms=told.observed_at_ms,
                    received_at_ms=now_ms,
                    evidence=" ".join(told.evidence.split())[:EVIDENCE_CHARS],
                    by=who.id,
                )
            )
        self._desk.store.tell_scores(kept)
        return kept

    def add_qualification(
        self,
        who: Principal,
        merchant: MerchantId,
        *,
        id: str,
        kind: str,
        number: str,
        valid_from: str,
        valid_to: str,
        sha256: str,
        subject: str = "",
    ) -> Qualification:
        """Keep a paper of a merchant: its kind, its number, its days, and the digest of the file somebody looked at."""
        demand(who, Permission.MANAGE_ADMISSION)
        owner = self._desk.catalog.merchant(who, merchant)
        if _KIND.fullmatch(kind) is None:
            raise QualificationMalformed(place="kind")
        if _SHA256.fullmatch(sha256) is None:
            raise QualificationMalformed(place="sha256")
        first, last = _day(valid_from, "valid_from"), _day(valid_to, "valid_to")
        if last < first:
            raise QualificationMalformed(place="valid_to")
        paper = Qualification(
            id=check_id(id, place="id"),
            tenant=owner.tenant,
            merchant=owner.id,
            kind=kind,
            subject=word(subject, "subject", WORD_CHARS) if subject else "",
            number=word(number, "number", WORD_CHARS),
            valid_from=valid_from,
            valid_to=valid_to,
            sha256=sha256,
            by=who.id,
            at_ms=self._desk.clock.now_ms(),
        )
        return self._desk.store.add_qualification(paper)

    def withdraw_qualification(self, who: Principal, id: str) -> Qualification:
        """Take a paper back: it proves nothing from now on."""
        demand(who, Permission.MANAGE_ADMISSION)
        found = self._desk.store.withdraw_qualification(sees(who), check_id(id, place="id"), self._desk.clock.now_ms())
        if found is None:
            raise QualificationUnknown(id=id)
        return found

    def qualifications(self, who: Principal, merchant: MerchantId) -> Sequence[Qualification]:
        """List a merchant's papers, withdrawn ones too."""
        owner = self._desk.catalog.merchant(who, merchant)
        return self._desk.store.qualifications(owner.tenant, owner.id)


def _one_of(text: str, kind: type[ShopKind | Badge | ScoreName | ScoreSource], place: str) -> str:
    try:
        return kind(text).value
    except ValueError:
        raise ShopFactUnknown(place=place, found=repr(text)[:WORD_CHARS], choices=", ".join(kind)) from None


def _day(text: str, place: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise QualificationMalformed(place=place)


def _instant(at_ms: object) -> str:
    try:
        return iso(at_ms)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return repr(at_ms)[:WORD_CHARS]
