"""What a reader does on a note, as events of the log.

An act's id follows from who did it to what, so that a reload or a second tap is the same act, and the page can tell what
was done by asking the log for the id.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.api import Kind
from hongmao.kernel.errors import BadInput
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from hongmao.community.api import NotePage
    from hongmao.kernel.ids import ReaderId

ACTS: Final = {
    "like": Kind.LIKE,
    "collect": Kind.COLLECT,
    "share": Kind.SHARE,
    "follow": Kind.FOLLOW,
    "hide": Kind.HIDE,
    "report": Kind.REPORT,
}


class ActUnknown(BadInput):
    """There is no such act on a note."""

    code = "act_unknown"
    zh = "{place} 没有“{got}”这种操作"
    en = "{place} has no act {got!r}"
    hint_zh = "可选：{offered}"
    hint_en = "Choose one of {offered}"


def read_act(text: str) -> Kind:
    """Read an act's name; raises `ActUnknown`."""
    kind = ACTS.get(text)
    if kind is None:
        raise ActUnknown(place="act", got=text[:40], offered=", ".join(ACTS))
    return kind


def act_id(kind: Kind, reader: ReaderId, page: NotePage) -> str:
    """Name an act: a reader likes a note once, and follows an author once, whichever note that was under."""
    whom = page.creator.id if kind is Kind.FOLLOW else page.note.id
    digest = hashlib.sha256(f"{kind.value}\n{reader}\n{whom}".encode()).hexdigest()
    return f"{kind.value}-{digest[:40]}"


def opened(page: NotePage, now_ms: int, impression: str | None) -> list[dict[str, object]]:
    """Tell that a note was opened: 阅读, and 点击 before it where a card of the feed led here."""
    facts = _facts(page, now_ms)
    read = {**facts, "kind": Kind.READ.value, "event_id": f"read-{page.impression}", "placement": "note"}
    if impression != page.impression:
        return [read]
    click = {**facts, "kind": Kind.CLICK.value, "event_id": f"click-{page.impression}", "placement": "feed"}
    return [click, read]


def done(kind: Kind, reader: ReaderId, page: NotePage, now_ms: int) -> dict[str, object]:
    """Tell one act."""
    return {
        **_facts(page, now_ms),
        "kind": kind.value,
        "event_id": act_id(kind, reader, page),
        "creator": page.creator.id,
        "placement": "note",
    }


async def tell(request: Request, reader: ReaderId, acts: Sequence[dict[str, object]]) -> None:
    """Put acts through the door that every reader's events go through; durable when this returns."""
    await services_of(request).collector.collect(msgspec.json.encode({"events": acts}), reader=reader)


def known(request: Request, reader: ReaderId, page: NotePage) -> frozenset[str]:
    """Say which acts of this reader on this note the log holds."""
    ids = {act_id(kind, reader, page): name for name, kind in ACTS.items()}
    return frozenset(ids[found] for found in services_of(request).log.known(ids))


def _facts(page: NotePage, now_ms: int) -> dict[str, object]:
    facts: dict[str, object] = {
        "occurred_at_ms": now_ms,
        "note": page.note.id,
        "creator": page.creator.id,
        "impression": page.impression,
    }
    if page.ad is not None:
        # The page that is being answered shows 广告 beside the component: that is the proof.
        facts |= {"link": page.ad.link, "labelled": True}
    return facts
