"""What a link may do and what a tap is worth: pure decisions over given facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from hongmao.links.contracts import Invalid, Review, Traffic, WayKind

if TYPE_CHECKING:
    from hongmao.links.contracts import AdLink, AgentProfile

_AHEAD_OF_A_TAP = ("prefetch", "prerender", "preview")


def is_live(link: AdLink) -> bool:
    """Tell whether a link may be shown and lead anywhere: its fallback is 通过 and it is not paused (LINK-1, LINK-2)."""
    return link.fallback_review is Review.APPROVED and not link.paused


def is_prefetch(purpose: str) -> bool:
    """Tell whether a browser owned up to fetching before any tap (`Purpose`, `Sec-Purpose`, `X-Purpose`, `X-Moz`)."""
    return any(word in purpose.lower() for word in _AHEAD_OF_A_TAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickFacts:
    """What is known about one tap when it is judged."""

    method: str
    purpose: str
    traffic: Traffic
    labelled: bool
    live: bool
    elsewhere: bool = False
    """Whether another media's ad led here: its label was theirs to show, and theirs to prove."""
    open: bool = True
    """Whether jumps into the platform are open here; those of a pilot are not unless they were opened."""


def judge_click(facts: ClickFacts) -> Invalid | None:
    """Say why a component click does not count; None where it does (BILL-7). The first reason in this order is kept."""
    reasons = (
        (is_prefetch(facts.purpose), Invalid.PREFETCH),
        (facts.traffic is Traffic.PREVIEW, Invalid.LINK_PREVIEW),
        (facts.traffic is Traffic.BOT, Invalid.BOT),
        (facts.method == "HEAD", Invalid.HEAD_REQUEST),
        (not facts.open, Invalid.PILOT_CLOSED),
        (not facts.live, Invalid.LINK_NOT_LIVE),
        (not facts.labelled and not facts.elsewhere, Invalid.LABEL_NOT_SHOWN),
    )
    return next((reason for found, reason in reasons if found), None)


def choose_way(link: AdLink, profile: AgentProfile) -> WayKind:
    """Take the first way of a browser's profile that the link has and that is 通过; the fallback is always there.

    Call it for live links only.
    """
    return next(way for way in (*profile.ways, WayKind.FALLBACK) if _open(link, way))


def _open(link: AdLink, way: WayKind) -> bool:
    match way:
        case WayKind.UNIVERSAL_LINK:
            return link.universal_link is not None and link.universal_link_review is Review.APPROVED
        case WayKind.INTENT_PAGE | WayKind.SCHEME_PAGE:
            return link.deeplink is not None and link.deeplink_review is Review.APPROVED
        case WayKind.FALLBACK:
            return True
        case _:
            assert_never(way)
