"""The order of a feed. The organic part sees notes and nothing else: no link, no merchant, no money (CREAT-4)."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.community.load import NO_LIMITS, AdLoad
from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.links.contracts import AD_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.catalog.contracts import Note
    from hongmao.community.load import LoadLimits
    from hongmao.kernel.ids import ReaderId
    from hongmao.links.contracts import AdLink

HALF_WEIGHT_DAYS: Final = 7  # a note of this age stands half the chance of a fresh one


def rank(notes: Sequence[Note], reader: ReaderId, now_ms: int) -> list[Note]:
    """Order published notes for one reader: fresh ones sooner, no two neighbours of one topic where that can be had.

    Luck is drawn by hash from reader, note and hour, so the same question has the same answer, and the next hour
    another. Notes of the future are left out.
    """
    hour = now_ms // HOUR_MS
    published = [note for note in notes if note.published_at_ms <= now_ms]
    by_points = sorted(published, key=lambda note: (-_points(note, reader, now_ms, hour), note.id))
    return _spread(by_points)


def _points(note: Note, reader: ReaderId, now_ms: int, hour: int) -> int:
    """Weigh luck by freshness, in whole numbers so that every machine agrees."""
    age_days = (now_ms - note.published_at_ms) // DAY_MS
    return draw(reader, note.id, hour) * HALF_WEIGHT_DAYS // (HALF_WEIGHT_DAYS + age_days)


def _spread(notes: Sequence[Note]) -> list[Note]:
    """Take the best note of another topic than the last each time; the same topic only when no other is left."""
    queues: dict[str, deque[tuple[int, Note]]] = defaultdict(deque)
    for place, note in enumerate(notes):
        queues[note.topic].append((place, note))
    spread: list[Note] = []
    while queues:
        others = [topic for topic in queues if not spread or topic != spread[-1].topic]
        topic = min(others or queues, key=lambda one: queues[one][0][0])
        spread.append(queues[topic].popleft()[1])
        if not queues[topic]:
            del queues[topic]
    return spread


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on a page: a note, and the link that bought the place, if one did."""

    note: Note
    bought_by: AdLink | None


def lay_out(
    organic: Sequence[Note],
    ads: Sequence[tuple[AdLink, Note]],
    *,
    limit: int,
    every: int,
    load: AdLoad = AdLoad(),  # noqa: B008 - a value that nobody changes
    limits: LoadLimits = NO_LIMITS,
) -> tuple[list[Slot], int]:
    """Fill a page: every `every`-th place goes to the next ad whose note is not on the page; all others to the organic order.

    Gives the slots, and how many organic notes they used. Ads take places, they never reorder what stands around them; where
    the session's load has no room for one, the organic order goes on (CREAT-5).
    """
    shown: set[str] = {note.id for note in organic[:limit]}
    waiting = deque(ads)
    slots: list[Slot] = []
    used = 0
    while len(slots) < limit:
        due = (len(slots) + 1) % every == 0 and load.has_room(limits)
        bought = _next_ad(waiting, shown, load, limits) if due else None
        if bought is not None:
            link, note = bought
            shown.add(note.id)
            slots.append(Slot(note, link))
        elif used < len(organic):
            slots.append(Slot(organic[used], None))
            used += 1
        else:
            break
        load = load_after(load, slots[-1:], limits)
    return slots, used


def load_after(load: AdLoad, slots: Sequence[Slot], limits: LoadLimits) -> AdLoad:
    """Count a page into a session's load."""
    for slot in slots:
        load = load.after(None if slot.bought_by is None else draw(slot.note.creator), limits)
    return load


def _next_ad(
    waiting: deque[tuple[AdLink, Note]], shown: set[str], load: AdLoad, limits: LoadLimits
) -> tuple[AdLink, Note] | None:
    """Take the first ad that may stand here; those whose creator stands too near keep their turn."""
    too_near: list[tuple[AdLink, Note]] = []
    found = None
    while waiting and found is None:
        link, note = waiting.popleft()
        if note.id in shown:
            continue
        if load.is_near(draw(note.creator), limits):
            too_near.append((link, note))
        else:
            found = link, note
    waiting.extendleft(reversed(too_near))
    return found


def is_identified(label: str | None, *, zone: str | None = None) -> bool:
    """Tell whether a funded card can be known for one: by its own label, or by the heading of the zone it stands in (LABEL-3).

    The guide on identifiability (可识别性执法指南 art. 7) lets a zone that is headed 广告 and holds nothing else speak for its
    cards. Only these characters do: a heading that merely contains them, or says 推广, identifies nothing. Our own pages
    label every card all the same.
    """
    return AD_LABEL in (label, zone)


def rotate(links: Sequence[AdLink], *facts: object) -> Iterator[AdLink]:
    """Begin a list of links at a place drawn from facts, so that every link has its turn and nobody's choice does."""
    count = len(links)
    start = draw(*facts) % count if count else 0
    return (links[(start + n) % count] for n in range(count))


def draw(*facts: object) -> int:
    """Draw 32 bits from facts: the same facts, the same bits."""
    digest = hashlib.blake2b("\0".join(map(str, facts)).encode("utf-8", "surrogatepass"), digest_size=4)
    return int.from_bytes(digest.digest(), "big")
