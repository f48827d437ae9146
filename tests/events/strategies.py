"""Events that obey the rules, drawn at random, and one plain maker for stories."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hongmao.events.api import BACK_LINK, DESK, REPORTED, Event, Kind
from hongmao.events.rules import FORBIDDEN, REQUIRED
from hongmao.kernel.time import DAY_MS, instant

NOON = instant("2025-05-07T12:00:00+08:00")

_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,11}", fullmatch=True)
_CODES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
_FEN = st.integers(0, 10**15)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("tenant", "reader", "note", "creator", "merchant", "shop", "item", "link", "impression"), _IDS),
    **dict.fromkeys(("platform", "order_id", "sub_order_id", "ref", "pay_item"), _IDS),
    "click_id": st.from_regex(r"[A-Za-z0-9_-]{1,30}", fullmatch=True),
    "async_click_id": st.from_regex(r"[A-Za-z0-9_-]{1,30}", fullmatch=True),
    "line": st.sampled_from(["cid", "ud"]),
    "placement": _CODES,
    **dict.fromkeys(("invalid", "outcome", "detail"), _TEXT),
    "click_by": st.sampled_from(["sync", "async"]),
    **dict.fromkeys(("media", "media_problem"), _CODES),
    **dict.fromkeys(("media_click", "callback_param", "agent"), _TEXT),
    **dict.fromkeys(("price_fen", "deposit_fen", "commission_fen"), _FEN),
    "amount_fen": st.integers(1, 10**15),
    "quantity": st.integers(1, 10**6),
    "version": st.integers(1, 2**31 - 1),
    **dict.fromkeys(("labelled", "new_visitor", "claimed_elsewhere", "price_compare"), st.booleans()),
}


@st.composite
def events(draw: st.DrawFn, *, kinds: st.SearchStrategy[Kind] | None = None) -> Event:
    """Draw one valid event within a few days of noon on 7 May 2025."""
    kind = draw(kinds or st.sampled_from(Kind))
    optional = sorted(set(FIELDS) - set(FORBIDDEN[kind]) - set(REQUIRED[kind]))
    names = [*REQUIRED[kind], *draw(st.lists(st.sampled_from(optional), unique=True, max_size=6))]
    facts: dict[str, Any] = {name: draw(FIELDS[name]) for name in names}
    return Event(
        event_id=draw(_IDS),
        kind=kind,
        occurred_at_ms=NOON + draw(st.integers(-3 * DAY_MS, 0)),
        received_at_ms=NOON,
        source="sandbox" if kind in BACK_LINK | DESK | REPORTED else "community",
        **facts,
    )


def some_events(*, min_size: int = 0, max_size: int = 20) -> st.SearchStrategy[list[Event]]:
    """Draw events with distinct ids."""
    return st.lists(events(), unique_by=lambda event: event.event_id, min_size=min_size, max_size=max_size)


def read_note(number: int, *, at_ms: int = NOON, **fields: Any) -> Event:
    """Make the plainest event there is: a reader opened a note."""
    facts: dict[str, Any] = {"reader": "reader-1", "note": "note-1", "received_at_ms": at_ms} | fields
    return Event(event_id=f"evt-{number:06d}", kind=Kind.READ, occurred_at_ms=at_ms, **facts)
