"""A crowd of small worlds in one log: everything that can collide does, and always in the same way."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from attribution.stage import click, shop
from hongmao.events.contracts import Kind
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant

if TYPE_CHECKING:
    from hongmao.events.contracts import Event

NOON = instant("2025-05-07T12:00:00+08:00")
SECOND_MS = 1_000
# Instants that meet window edges, seconds and midnights on purpose.
STEPS_MS = [0, HOUR_MS, 12 * HOUR_MS, DAY_MS, 7 * DAY_MS, 15 * DAY_MS, 30 * DAY_MS]
OFFSETS_MS = [-1, 0, 1, 999, SECOND_MS]
RETURNED = [Kind.PAY, Kind.PAY, Kind.PRESALE_DEPOSIT, Kind.PRESALE_BALANCE, Kind.REFUND, Kind.RECEIVE]
SEEN = [*[Kind.COMPONENT_CLICK] * 5, Kind.READ, Kind.CLICK, Kind.IMPRESSION, Kind.LIKE, Kind.PLAY_5S]


def crowd(*, worlds: int, seed: int = 7) -> list[Event]:
    """Make worlds, each a tenant with a few readers, clicks and sub-orders; some share numbers across tenants."""
    luck = Random(seed)
    events: list[Event] = []
    for world in range(worlds):
        events.extend(_world(luck, world))
    luck.shuffle(events)
    return events


def _world(luck: Random, world: int) -> list[Event]:
    tenant = f"ten-{world - luck.choice([0, 0, 0, 1])}"
    clicks = [f"c-{world}-{number}" for number in range(luck.randint(1, 5))]
    readers = [None, f"rdr-{world}", f"rdr-{world}b"]
    events = [_seen(luck, world, tenant, click_id, readers) for click_id in clicks for _ in range(luck.randint(1, 3))]
    events += [_returned(luck, world, number, tenant, clicks) for number in range(luck.randint(0, 7))]
    return events


def _seen(luck: Random, world: int, tenant: str, click_id: str, readers: list[str | None]) -> Event:
    kind = luck.choice(SEEN)
    fields: dict[str, Any] = {
        "event_id": f"e{luck.randrange(10)}-{world}-{click_id}-{luck.randrange(1000):03d}",
        "reader": luck.choice(readers),
        "tenant": tenant,
        "shop": luck.choice(["shop-1", "shop-1", "shop-2"]),
        "note": f"note-{luck.randrange(3)}",
        "invalid": luck.choice([*[None] * 6, "bot"]),
        "impression": luck.choice([None, f"imp-{world}-{luck.randrange(3)}"]),
        "placement": luck.choice(["feed", "search", "video_feed", None]),
    }
    made = click(_instant(luck), click_id if kind is Kind.COMPONENT_CLICK else None, **fields)
    if kind is Kind.COMPONENT_CLICK:
        return made
    organic: dict[str, Any] = luck.choice([{}, {"link": None, "platform": None, "shop": None}])
    return _changed(made, kind=kind, **organic)


def _returned(luck: Random, world: int, number: int, tenant: str, clicks: list[str]) -> Event:
    return shop(
        luck.choice(RETURNED),
        _instant(luck),
        luck.choice([None, f"o-{world % 5}-{luck.randrange(2)}", f"o-{world}-1"]),
        luck.choice([None, *range(1, 1_000, 7)]),
        event_id=f"x{number}-{world}",
        tenant=tenant,
        click_id=luck.choice([None, "", "c-unknown", *clicks * 4]),
        click_by=luck.choice([None, "sync", "async"]),
        async_click_id=luck.choice([None, None, *clicks]),
        ref=f"n-{luck.randrange(3)}",
        version=luck.choice([None, 1, 2]),
        pay_item=luck.choice([None, "item-2"]),
        claimed_elsewhere=luck.choice([None, False, True]),
        invalid=luck.choice([*[None] * 6, "test"]),
    )


def _instant(luck: Random) -> int:
    return NOON + luck.choice(STEPS_MS) + luck.choice(OFFSETS_MS)


def _changed(event: Event, **fields: Any) -> Event:
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event)(**{**values, **fields})
