"""Where a campaign may lead: the addresses of its merchant's ad links, beside the direct links that its account has already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hongmao.campaigns.contracts import DirectLinkTerms, LinkType, State
from hongmao.links.contracts import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.campaigns.contracts import CampaignTerms, Placed
    from hongmao.links.contracts import AdLink

MARK_CHARS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A pair of addresses into a shop's app. A number is that of the direct link which holds it; None where none does yet."""

    deeplink: str | None
    universal_link: str | None
    deeplink_id: int | None
    universal_link_id: int | None
    link: AdLink | None
    """The oldest ad link that leads there; None where only a direct link does."""

    @property
    def mark(self) -> str:
        """Name the pair by what it is, so that a form can say it."""
        told = f"{self.deeplink or ''}\0{self.universal_link or ''}"
        return hashlib.sha256(told.encode()).hexdigest()[:MARK_CHARS]

    @property
    def wanting(self) -> list[DirectLinkTerms]:
        """Say which direct links have to be made before a campaign can lead there."""
        name = None if self.link is None else self.link.title
        sides = (
            (self.deeplink, self.deeplink_id, LinkType.DEEPLINK),
            (self.universal_link, self.universal_link_id, LinkType.UNIVERSAL_LINK),
        )
        return [
            DirectLinkTerms(url=url, type=kind, remark_name=name)
            for url, number, kind in sides
            if url is not None and number is None
        ]


def ways_of(links: Iterable[AdLink], placed: Sequence[Placed], standing: CampaignTerms | None = None) -> list[Way]:
    """List the ways of one merchant, those of its ad links first; `standing` adds the pair that a campaign has already."""
    known = {_told(one): one.number for one in placed if one.state is not State.DELETED}
    urls = {number: url for (url, _), number in known.items()}
    found: dict[tuple[str | None, str | None], Way] = {}
    for link in links:
        pair = (link.deeplink, link.universal_link)
        if pair != (None, None) and not is_rejected(link):
            found.setdefault(pair, _way(pair, known, link))
    shown = {url for pair in found for url in pair}
    pairs: list[tuple[str | None, str | None]] = [
        (url, None) if kind == LinkType.DEEPLINK else (None, url) for url, kind in known if url not in shown
    ]
    if standing is not None and (standing.deeplink_id or standing.universal_link_id):
        pairs.append((urls.get(standing.deeplink_id or 0), urls.get(standing.universal_link_id or 0)))
    for pair in pairs:
        if pair != (None, None):
            found.setdefault(pair, _way(pair, known, None))
    return list(found.values())


def is_rejected(link: AdLink) -> bool:
    """Tell whether any address of a link was refused in review."""
    return Review.REJECTED in {link.fallback_review, link.deeplink_review, link.universal_link_review}


def _told(one: Placed) -> tuple[str | None, int | None]:
    terms = cast("DirectLinkTerms", one.terms)
    return terms.url, terms.type


def _way(
    pair: tuple[str | None, str | None], known: dict[tuple[str | None, int | None], int], link: AdLink | None
) -> Way:
    deeplink, universal = pair
    return Way(
        deeplink=deeplink,
        universal_link=universal,
        deeplink_id=known.get((deeplink, LinkType.DEEPLINK)) if deeplink else None,
        universal_link_id=known.get((universal, LinkType.UNIVERSAL_LINK)) if universal else None,
        link=link,
    )
