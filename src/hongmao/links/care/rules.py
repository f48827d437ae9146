"""What a reading means for a link (LABEL-4): pure decisions over what was agreed and what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.links.care.contracts import FOUND_CHARS_MAX, Code, Difference, Judgement, Outcome
from hongmao.links.contracts import Review

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.links.care.contracts import ItemFacts, Reading, Standard, Watched

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
EVERY_MS: Final = 23 * HOUR_MS
"""From one reading to the next: LABEL-4 asks for 24 hours, and the last one is for those who are late."""
RETRY_MS: Final = HOUR_MS
FAILURES_TOLD: Final = 3  # so many looks in vain before somebody is told: a shop may be down for two hours
HOLDING: Final = frozenset({Code.PRICE, Code.SHOP, Code.CATEGORY, Code.NOT_ALLOWED})
"""What lets a link rest: it would sell something else than was reviewed, or lead where nobody may be led."""
DIVERTING: Final = frozenset({Code.OFF_SHELF, Code.SOLD_OUT})
_WAYS: Final = {Outcome.REDIRECTED: Code.REDIRECTED, Outcome.NOT_ALLOWED: Code.NOT_ALLOWED}


def judge(watched: Watched, reading: Reading, *, home_allowed: bool) -> Judgement:
    """Say what a reading opens and closes, and what the link does from now on.

    What a page does not tell neither opens nor closes anything: a link that rests for its price rests until a price is read.
    """
    failures = watched.failures + 1 if reading.outcome is Outcome.UNREACHABLE else 0
    looked = {code: (ok, difference) for code, ok, difference in _looked(watched, reading, failures)}
    closed = {code for code, (ok, _) in looked.items() if ok and code in watched.open}
    opened = tuple(
        difference for code, (ok, difference) in looked.items() if not ok and watched.open.get(code) != difference.found
    )
    closed |= {difference.code for difference in opened if difference.code in watched.open}  # another value: told anew
    left = {code: found for code, found in watched.open.items() if code not in closed}
    left |= {difference.code: difference.found for difference in opened}
    gone = any(code in DIVERTING for code in left)
    return Judgement(
        opened=opened,
        closed=frozenset(closed),
        failures=failures,
        next_at_ms=reading.at_ms + (RETRY_MS if 0 < failures < FAILURES_TOLD else EVERY_MS),
        category=reading.facts.category if watched.standard.category is None else None,
        held=_held(left, stranded=gone and not home_allowed),
        divert_to=watched.home_url if gone and home_allowed and _serves(watched) else None,
    )


def _looked(watched: Watched, reading: Reading, failures: int) -> Iterable[tuple[Code, bool, Difference]]:
    """List what was looked at: whether it is right, and how to say so where it is not."""
    if reading.outcome is Outcome.UNREACHABLE:
        if failures >= FAILURES_TOLD:
            yield _said(Code.UNREACHABLE, found=f"{FAILURES_TOLD}+", ok=False)
        return
    yield _said(Code.UNREACHABLE, ok=True)
    for outcome, code in _WAYS.items():
        yield _said(code, watched.page_url[:FOUND_CHARS_MAX], ok=reading.outcome is not outcome)
    if reading.outcome is Outcome.READ and watched.link.item is not None:
        yield from _told(watched.standard, reading.facts)


def _told(standard: Standard, facts: ItemFacts) -> Iterable[tuple[Code, bool, Difference]]:
    pairs = (
        (Code.PRICE, standard.price_fen, facts.price_fen),
        (Code.SHOP, standard.shop, facts.shop),
        (Code.CATEGORY, standard.category, facts.category),
    )
    for code, was, found in pairs:
        if was is not None and found is not None:
            yield _said(code, str(was), str(found), ok=was == found)
    if facts.on_sale is not None:
        yield _said(Code.OFF_SHELF, ok=facts.on_sale)
    if facts.in_stock is not None:
        yield _said(Code.SOLD_OUT, ok=facts.in_stock)


def _said(code: Code, was: str = "", found: str = "", *, ok: bool) -> tuple[Code, bool, Difference]:
    return code, ok, Difference(code=code, was=was, found=found)


def _held(left: dict[Code, str], *, stranded: bool) -> str | None:
    reasons = sorted(code for code in left if code in HOLDING or (stranded and code in DIVERTING))
    return ", ".join(reasons) if reasons else None


def _serves(watched: Watched) -> bool:
    """Tell whether there is anybody to lead elsewhere: who is not approved leads nowhere anyway."""
    return watched.diverted or watched.link.fallback_review is Review.APPROVED
