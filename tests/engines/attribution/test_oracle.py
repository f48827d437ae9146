"""The engine against the definition read aloud, for every definition in force, and against itself under every arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from attribution.stage import REGISTRY, Stage, act, click, pay, shop
from engines.attribution.aloud import MILLION, read_aloud
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import DAY_MS, day_of, instant

if TYPE_CHECKING:
    from hongmao.definitions.contracts import AttributionDefinition

NOON = instant("2025-05-07T12:00:00+08:00")
# Instants that meet window edges, seconds and midnights on purpose; most acts come before most orders.
OFFSETS_MS = st.sampled_from([-1, 0, 1, 999, 1000])


def times(*days: int) -> st.SearchStrategy[int]:
    return st.builds(lambda day, offset: NOON + day * DAY_MS + offset, st.sampled_from(days), OFFSETS_MS)


BEFORE, AFTER = times(0, 0, 0, 1, 7, 15), times(0, 1, 1, 7, 15, 30)
CLICK_IDS = st.sampled_from([None, "c-0", "c-0", "c-1", "c-2", "c-9"])
READERS, SHOPS = st.sampled_from(["rdr-1"] * 5 + ["rdr-2", None]), st.sampled_from(["shop-1"] * 5 + ["shop-2"])
NOTES, BOTS = st.sampled_from(["note-1", "note-2"]), st.sampled_from([None] * 6 + ["bot"])
SHOWN = {
    "impression": st.sampled_from([None, "i-1", "i-2", "i-3"]),
    "placement": st.sampled_from(["feed", "video_feed"]),
}
AMOUNTS = st.one_of(st.integers(1, 1_000), st.integers(1, 1_000), st.none())
RETURNED = [Kind.PAY] * 4 + [Kind.REFUND] * 2 + [Kind.PRESALE_DEPOSIT, Kind.PRESALE_BALANCE, Kind.ORDER]
ACTS = [Kind.IMPRESSION, Kind.CLICK, Kind.READ, Kind.PLAY_5S]
IN_FORCE = REGISTRY.attributions(day_of(NOON))


@st.composite
def clicks(draw: st.DrawFn, number: int) -> Event:
    """Draw a component click; a second record of the first one's id now and then."""
    shown = {name: draw(values) for name, values in SHOWN.items()}
    return click(
        draw(BEFORE), f"c-{draw(st.sampled_from([number] * 2 + [0]))}", event_id=f"e{draw(st.integers(0, 9))}{number}",
        invalid=draw(BOTS), reader=draw(READERS), shop=draw(SHOPS), note=draw(NOTES), **shown,
    )  # fmt: skip


@st.composite
def acts(draw: st.DrawFn, number: int) -> Event:
    """Draw something else that a reader did with a note, behind a link or behind none."""
    shown = {name: draw(values) for name, values in SHOWN.items()}
    organic = draw(st.booleans())
    led = {} if organic else {"shop": draw(SHOPS)}
    return act(
        draw(st.sampled_from(ACTS)), draw(BEFORE), event_id=f"a{draw(st.integers(0, 9))}{number}", organic=organic,
        reader=draw(st.sampled_from(["rdr-1"] * 5 + ["rdr-2"])), note=draw(NOTES), invalid=draw(BOTS), **shown, **led,
    )  # fmt: skip


@st.composite
def returns(draw: st.DrawFn, number: int) -> Event:
    """Draw what a shop says of one of two sub-orders."""
    return shop(
        draw(st.sampled_from(RETURNED)), draw(AFTER), f"o-{draw(st.integers(0, 1))}-1", draw(AMOUNTS),
        event_id=f"x{number}", click_id=draw(CLICK_IDS), click_by=draw(st.sampled_from([None, "sync", "async"])),
        async_click_id=draw(CLICK_IDS), ref=f"n-{draw(st.integers(0, 2))}", version=draw(st.integers(1, 2)),
        invalid=draw(st.sampled_from([None] * 6 + ["test"])), note=draw(st.sampled_from([None, "note-9"])),
        tenant=draw(st.sampled_from(["ten-1"] * 6 + ["ten-2"])),
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw a small world with collisions in everything that can collide."""
    return [
        draw(of(number))
        for of, low, high in ((clicks, 1, 4), (acts, 0, 5), (returns, 1, 6))
        for number in range(draw(st.integers(low, high)))
    ]


def rows_of(table: Any, definition: AttributionDefinition, window: str) -> set[tuple[Any, ...]]:
    return {
        (r["entry"], r["event_id"], r["touch_event_id"], r["credit_millionths"], r["value_fen"], r["reason"],
         "over_refunded" in r["flags"])
        for r in table
        if (r["definition_id"], r["window"]) == (definition.id, window)
    }  # fmt: skip


@settings(max_examples=40)
@given(histories())
def test_the_engine_does_what_each_definition_says(events: list[Event]) -> None:
    published = Stage(events).table().to_pylist()
    for definition in IN_FORCE:
        for window in definition.windows:
            assert rows_of(published, definition, window) == read_aloud(events, definition, window), definition.key


@settings(max_examples=20)
@given(histories(), st.randoms(use_true_random=False))
def test_order_of_arrival_repetition_and_lateness_never_change_a_bit(events: list[Event], luck: Any) -> None:
    arrivals = events + [one for one in events if luck.random() < 0.3]
    luck.shuffle(arrivals)
    late = [structs.replace(one, received_at_ms=NOON + luck.randrange(120 * DAY_MS)) for one in arrivals]
    assert Stage(late).table().equals(Stage(events).table())


@settings(max_examples=20)
@given(histories())
def test_every_conversion_and_every_amount_is_shared_out_to_the_last_unit(events: list[Event]) -> None:
    amounts = {one.event_id: one.amount_fen for one in events}
    sums: dict[tuple[Any, ...], list[int | None]] = {}
    millionths: dict[tuple[Any, ...], int] = {}
    for row in Stage(events).table().to_pylist():
        if row["reason"] in ("conversion_invalid", "duplicate_sub_order", "refund_invalid"):
            assert (row["credit_millionths"], row["value_fen"]) == (0, 0)
            continue
        place = (row["definition_id"], row["window"], row["entry"], row["event_id"])
        sums.setdefault(place, []).append(row["value_fen"])
        millionths[place] = millionths.get(place, 0) + row["credit_millionths"]
    for place, values in sums.items():
        sign, amount = (1 if place[2] == "pay" else -1), amounts[place[3]]
        assert millionths[place] == (MILLION if place[2] == "pay" else 0)
        assert values == [None] * len(values) if amount is None else sum(v or 0 for v in values) == sign * amount


def test_bits_do_not_depend_on_threads_or_batches() -> None:
    base = NOON
    events = [click(base + n * 997, f"c-{n}", reader=f"rdr-{n % 500}", note=f"note-{n % 7}") for n in range(3_000)]
    events += [pay(base + DAY_MS + n, f"o-{n}-1", n, f"c-{n * 7 % 3_000}") for n in range(1_000)]
    assert Stage(events).table().equals(Stage(events[::-1]).table())
