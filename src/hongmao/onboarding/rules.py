"""Joining as pure functions: which steps are done, what things are called so that doing them twice does them once."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.api import TaskAuth, TimePeriod, fault_of, is_live
from hongmao.links.api import Review
from hongmao.onboarding.contracts import Lent, Step

if TYPE_CHECKING:
    from hongmao.campaigns.api import Authorisation
    from hongmao.links.api import AdLink

HOURS: Final = 24
TITLE_CHARS: Final = 11  # CREAT-3, as links have it
ITEM_CHARS: Final = 40
MARK_CHARS: Final = 24
NAMED: Final = "{title} 种草直达"


def done_of(
    *, connected: bool, passes: bool, links: bool, approved: bool, tried: bool, placed: bool
) -> tuple[frozenset[Step], frozenset[Step]]:
    """Say which steps are done and which may be looked at, from what there is.

    A step opens when the ones it needs are done. The budget needs an approved link and no trial: whoever wants to begin
    before an order came back may. Whoever is asked about has signed up.

    >>> done, opened = done_of(connected=True, passes=False, links=False, approved=False, tried=False, placed=False)
    >>> sorted(done), sorted(opened)
    ([<Step.ACCOUNT: 'account'>], [<Step.SHOP: 'shop'>])
    """
    done = {
        Step.ACCOUNT: True,
        Step.SHOP: connected and passes,
        Step.NOTES: connected and links,
        Step.LINK: connected and approved and (tried or placed),
        Step.BUDGET: placed,
        Step.RUNNING: placed,
    }
    opened = {
        Step.ACCOUNT: False,
        Step.SHOP: True,
        Step.NOTES: connected and (passes or links),
        Step.LINK: connected and links,
        Step.BUDGET: connected and approved,
        Step.RUNNING: placed,
    }
    return frozenset(step for step, so in done.items() if so), frozenset(step for step, so in opened.items() if so)


def mark_of(*parts: str) -> str:
    """Name a thing by what it is made of: the same again has the same name, so two tabs make one.

    >>> mark_of("taobao", "12") == mark_of("taobao", "12"), mark_of("taobao", "12") == mark_of("taobao1", "2")
    (True, False)
    """
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:MARK_CHARS]


def challenge_of(verifier: str) -> str:
    """Give the S256 challenge of a PKCE verifier (RFC 7636, 4.2).

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode().rstrip("=")


def lent_of(authorisation: Authorisation | None, at_ms: int) -> Lent:
    """Say how a note's creator stands at an instant (CREAT-1, CREAT-2)."""
    if authorisation is None:
        return Lent.NEVER
    if fault_of(authorisation, at_ms) is None:
        return Lent.YES
    if is_live(authorisation, at_ms):
        return Lent.UNFILED
    if authorisation.state is TaskAuth.ASKED:
        return Lent.ASKED
    is_over = authorisation.to_ms is not None and at_ms >= authorisation.to_ms
    return Lent.OVER if is_over and authorisation.state in {TaskAuth.GRANTED, TaskAuth.STANDING} else Lent.NO


def is_approved(link: AdLink) -> bool:
    """Tell whether a link's page passed its review (LINK-2)."""
    return link.fallback_review is Review.APPROVED


def is_rejected(link: AdLink) -> bool:
    """Tell whether a link's page was refused."""
    return link.fallback_review is Review.REJECTED


def button_title(title: str) -> str:
    """Cut an item's title to what stands in a component (CREAT-3).

    >>> button_title("清透防晒乳 50ml 两支装 送小样"), button_title("  ")
    ('清透防晒乳 50ml', '同款好物')
    """
    return title.strip()[:TITLE_CHARS].strip() or "同款好物"


def campaign_name(title: str) -> str:
    """Name the campaign of an item.

    >>> campaign_name("清透防晒乳 50ml")
    '清透防晒乳 50ml 种草直达'
    """
    return NAMED.format(title=title.strip()[:ITEM_CHARS].strip())


def period_of(first: int, after: int) -> TimePeriod | None:
    """Write hours of every day, the first included and the one after excluded; None is the whole day.

    >>> period_of(8, 24).mon, period_of(0, 24)
    ('000000001111111111111111', None)
    """
    if (first, after) == (0, HOURS):
        return None
    bits = "".join("1" if first <= hour < after else "0" for hour in range(HOURS))
    return TimePeriod(mon=bits, tues=bits, wed=bits, thu=bits, fri=bits, sat=bits, sun=bits)


def are_hours(first: int, after: int) -> bool:
    """Tell whether there is an hour between."""
    return 0 <= first < after <= HOURS
