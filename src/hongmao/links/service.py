"""What is done to links: draft, review, price, hold. What a tap does stands in `jump`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hongmao.kernel.ids import LinkId, check_id
from hongmao.links.addresses import REASONS, Prefix, fault_of
from hongmao.links.contracts import BUTTON_CHARS_MAX, LINES, PRICE_FEN_MAX, TITLE_CHARS_MAX, AdLink, Review
from hongmao.links.errors import (
    AddressRefused,
    FallbackMissing,
    LinkFieldWrong,
    LinkUnknown,
    NothingToReview,
    WordsTooLong,
)
from hongmao.links.holds import PAUSED_BY_MERCHANT, HoldSource, LinkHold, checked_reason, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import IdMaker, TenantId
    from hongmao.links.contracts import LinkDraft, Reviews
    from hongmao.links.store import LinkStore


class Links:
    """Ad links of tenants. `allowed` names, per platform, where links may lead: origins with a path, or app schemes."""

    def __init__(self, store: LinkStore, clock: Clock, ids: IdMaker, allowed: Mapping[str, Sequence[str]]) -> None:
        """Work on a store."""
        self._store = store
        self._clock = clock
        self._ids = ids
        self._allowed = {platform: tuple(map(Prefix.of, texts)) for platform, texts in allowed.items()}

    def create(self, tenant: TenantId, draft: LinkDraft) -> AdLink:
        """Keep a new link, 审核中 in all its addresses; `LinkExists` where the id is taken."""
        link = self._checked(tenant, draft)
        self._store.add(link)
        return link

    def review(self, tenant: TenantId, link: LinkId, reviews: Reviews) -> AdLink:
        """Enter a reviewer's verdicts. A rejected deeplink does no harm to an approved fallback."""
        return self._store.change(tenant, link, lambda before: _reviewed(before, reviews))

    def reprice(self, tenant: TenantId, link: LinkId, price_fen: int) -> AdLink:
        """Let a valid click cost another price from now on; what was clicked before keeps the one it was shown with."""
        _check_price(price_fen)
        return self._store.reprice(tenant, link, price_fen)

    def pause(self, tenant: TenantId, link: LinkId) -> AdLink:
        """Stop serving a link, by its merchant's own wish."""
        return self.hold(tenant, link, HoldSource.MERCHANT, PAUSED_BY_MERCHANT)

    def resume(self, tenant: TenantId, link: LinkId) -> AdLink:
        """Take the merchant's own pause back. A link that others hold stays paused; `holds` says why."""
        return self.lift(tenant, link, HoldSource.MERCHANT)

    def hold(self, tenant: TenantId, link: LinkId, source: str, reason: str) -> AdLink:
        """Stop serving a link for as long as this source does not lift it."""
        placed = LinkHold(
            link=link, source=source_of(source), reason=checked_reason(reason), since_ms=self._clock.now_ms()
        )
        return self._store.hold(tenant, placed)

    def lift(self, tenant: TenantId, link: LinkId, source: str) -> AdLink:
        """Take a source's hold back; a link that it does not hold stays as it is."""
        return self._store.lift(tenant, link, source_of(source))

    def holds(self, tenant: TenantId, link: LinkId) -> Sequence[LinkHold]:
        """List why a link rests: nothing for one that serves; `LinkUnknown` where it is somebody else's."""
        self.get(tenant, link)
        return self._store.holds(tenant, link)

    def set_holds(self, source: str, wanted: Mapping[LinkId, str], at_ms: int) -> int:
        """Make the holds of a source that is worked out anew those that are wanted; say how many links this concerned."""
        reasons = {link: checked_reason(reason) for link, reason in wanted.items()}
        return self._store.set_holds(source_of(source, whole=True), reasons, at_ms)

    def get(self, tenant: TenantId, link: LinkId) -> AdLink:
        """Find a tenant's link; `LinkUnknown` where it is nobody's or somebody else's."""
        found = self._store.get(tenant, link)
        if found is None:
            raise LinkUnknown(id=link)
        return found

    def undiverted(self, tenant: TenantId, link: LinkId) -> AdLink:
        """Find a tenant's link as its merchant wrote it, also while it is led to its shop's page."""
        found = self._store.undiverted(tenant, link)
        if found is None:
            raise LinkUnknown(id=link)
        return found

    def find(self, link: LinkId) -> AdLink:
        """Find a link whoever owns it: for the review desk, which serves every tenant."""
        found = next((known for known in self._store.table() if known.id == link), None)
        if found is None:
            raise LinkUnknown(id=link)
        return found

    def every(self) -> Sequence[AdLink]:
        """List every tenant's links, oldest first: for the deployment's own operator."""
        return self._store.table()

    def of(self, tenant: TenantId) -> Sequence[AdLink]:
        """List a tenant's links, oldest first."""
        return self._store.of_tenant(tenant)

    def waiting(self) -> Sequence[AdLink]:
        """List every link with an address 审核中: the review desk's pile, across tenants."""
        return [link for link in self._store.table() if Review.PENDING in _standing(link)]

    def _checked(self, tenant: TenantId, draft: LinkDraft) -> AdLink:
        if not draft.fallback_url:
            raise FallbackMissing(place="fallback_url")
        self._check_address("fallback_url", draft.fallback_url, draft.platform, app=False)
        self._check_address("universal_link", draft.universal_link, draft.platform, app=False)
        self._check_address("deeplink", draft.deeplink, draft.platform, app=True)
        _check_words("button", draft.button, BUTTON_CHARS_MAX)
        _check_words("title", draft.title, TITLE_CHARS_MAX)
        if draft.line not in LINES:
            raise LinkFieldWrong(place="line", expected_zh="cid 或 ud", expected_en="cid or ud")
        _check_price(draft.price_fen)
        return AdLink(
            id=LinkId(check_id(draft.id or self._ids.mint("lnk"), place="id")),
            tenant=tenant,
            merchant=draft.merchant,
            note=draft.note,
            creator=draft.creator,
            shop=draft.shop,
            platform=draft.platform,
            target=draft.target,
            item=draft.item,
            deeplink=draft.deeplink or None,
            universal_link=draft.universal_link or None,
            fallback_url=draft.fallback_url,
            deeplink_review=Review.PENDING,
            universal_link_review=Review.PENDING,
            fallback_review=Review.PENDING,
            review_note="",
            button=draft.button.strip(),
            title=draft.title.strip(),
            line=draft.line,
            price_fen=draft.price_fen,
            paused=False,
            created_at_ms=self._clock.now_ms(),
        )

    def _check_address(self, place: str, url: str | None, platform: str, *, app: bool) -> None:
        if not url:
            return
        fault = fault_of(url, app=app, allowed=self._allowed.get(platform, ()))
        if fault is not None:
            why_zh, why_en = REASONS[fault]
            raise AddressRefused(place=place, why=fault, why_zh=why_zh, why_en=why_en)


def _reviewed(before: AdLink, reviews: Reviews) -> AdLink:
    for place, verdict in (("deeplink", reviews.deeplink), ("universal_link", reviews.universal_link)):
        if verdict is not None and getattr(before, place) is None:
            raise NothingToReview(place=place)
    return replace(
        before,
        deeplink_review=_first(reviews.deeplink, before.deeplink_review),
        universal_link_review=_first(reviews.universal_link, before.universal_link_review),
        fallback_review=_first(reviews.fallback, before.fallback_review),
        review_note=reviews.note or before.review_note,
    )


def _check_price(price_fen: int) -> None:
    if type(price_fen) is not int or not 0 <= price_fen <= PRICE_FEN_MAX:
        expected = f"0–{PRICE_FEN_MAX}"
        raise LinkFieldWrong(
            place="price_fen", expected_zh=f"{expected} 的整数分", expected_en=f"whole fen, {expected}"
        )


def _first(verdict: Review | None, standing: Review) -> Review:
    return standing if verdict is None else verdict


def _standing(link: AdLink) -> tuple[Review, ...]:
    """List the verdicts on the addresses that a link has."""
    addresses = (
        (link.deeplink, link.deeplink_review),
        (link.universal_link, link.universal_link_review),
        (link.fallback_url, link.fallback_review),
    )
    return tuple(review for url, review in addresses if url is not None)


def _check_words(place: str, text: str, limit: int) -> None:
    got = len(text.strip())
    if not 1 <= got <= limit:
        raise WordsTooLong(place=place, limit=limit, got=got)
