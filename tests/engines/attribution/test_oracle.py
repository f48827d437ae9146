"""The engine against ten obvious lines, and against itself under every order of arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.stage import REGISTRY, Stage, click, pay, shop
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import DAY_MS, day_of, instant, span_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = instant("2025-05-07T12:00:00+08:00")
# Instants that meet window edges, seconds and midnights on purpose.
TIMES = st.builds(
    lambda day, offset: NOON + day * DAY_MS + offset,
    st.sampled_from([0, 1, 7, 15, 30]),
    st.sampled_from([-1, 0, 1, 999, 1000]),
)
CLICK_IDS = st.sampled_from([None, "c-0", "c-1", "c-2", "c-3"])
READERS, SHOPS = st.sampled_from([None, "rdr-1", "rdr-2"]), st.sampled_from(["shop-1", "shop-2"])
AMOUNTS = st.one_of(st.none(), st.integers(1, 1_000))

NAMES = {Kind.PAY: "conversion", Kind.PRESALE_BALANCE: "conversion", Kind.REFUND: "refund"}


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw a small world with collisions in everything that can collide."""
    events: list[Event] = []
    for number in range(draw(st.integers(0, 5))):
        invalid = draw(st.sampled_from([None, None, "bot"]))
        events.append(
            click(
                draw(TIMES), f"c-{number}", event_id=f"e{draw(st.integers(0, 9))}{number}", invalid=invalid,
                reader=draw(READERS), shop=draw(SHOPS), note=f"note-{number}",
            )
        )  # fmt: skip
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from([Kind.PAY, Kind.PAY, Kind.PRESALE_DEPOSIT, Kind.PRESALE_BALANCE, Kind.REFUND]))
        events.append(
            shop(
                kind, draw(TIMES), f"o-{draw(st.integers(0, 1))}-1", draw(AMOUNTS), event_id=f"x{number}", click_id=draw(CLICK_IDS),
                ref=f"n-{draw(st.integers(0, 2))}", version=draw(st.integers(1, 2)),
                invalid=draw(st.sampled_from([None, None, None, "test"])),
            )
        )  # fmt: skip
    return events


def oracle(events: Sequence[Event], *, model: str, window: str) -> set[tuple[Any, ...]]:
    """(entry, event, touch, value, credit, reason, over-refunded) by reading the definition aloud."""
    latest: dict[Any, Event] = {}
    for one in sorted(
        (e for e in events if e.kind is not Kind.COMPONENT_CLICK), key=lambda e: (e.version or 1, e.event_id)
    ):
        latest[one.platform, one.sub_order_id, one.kind, one.ref] = one
    clicks = {e.click_id: e for e in events if e.kind is Kind.COMPONENT_CLICK}
    rows: set[tuple[Any, ...]] = set()
    for sub_order in {e.sub_order_id for e in latest.values()}:
        mine = sorted(
            (e for e in latest.values() if e.sub_order_id == sub_order), key=lambda e: (e.occurred_at_ms, e.event_id)
        )
        valid = [e for e in mine if e.invalid is None]
        rows |= {
            ("refund" if e.kind is Kind.REFUND else "pay", e.event_id, None, 0, 0, f"{NAMES[e.kind]}_invalid", False)
            for e in mine
            if e.invalid is not None and e.kind in NAMES
        }
        deposit = next((e for e in valid if e.kind is Kind.PRESALE_DEPOSIT), None)
        claims = sorted(
            (e for e in valid if e.kind in (Kind.PAY, Kind.PRESALE_BALANCE)),
            key=lambda e: (e.kind is Kind.PRESALE_BALANCE, e.version or 1, e.event_id),
        )
        rows |= {("pay", e.event_id, None, 0, 0, "duplicate_sub_order", False) for e in claims[:-1]}
        paid = claims[-1] if claims else None
        touch: str | None = None
        reason: str | None = "refund_without_payment"
        if paid is not None:
            touch, reason = winner(paid, deposit, clicks, model, span_ms(window))
            rows.add(("pay", paid.event_id, touch, paid.amount_fen, 1_000_000, reason, False))
        back = 0
        for refund in (e for e in valid if e.kind is Kind.REFUND):
            back += refund.amount_fen or 0
            over = bool(paid and paid.amount_fen is not None and back > paid.amount_fen)
            value = None if refund.amount_fen is None else -refund.amount_fen
            rows.add(("refund", refund.event_id, touch, value, 0, reason, over))
    return rows


def winner(
    paid: Event, deposit: Event | None, clicks: dict[str | None, Event], model: str, length_ms: int
) -> tuple[str | None, str | None]:
    at_ms = min(paid.occurred_at_ms, deposit.occurred_at_ms) if deposit else paid.occurred_at_ms
    click_id = (deposit.click_id if deposit else None) or paid.click_id
    if click_id is None:
        return None, "no_click_id"
    own = clicks.get(click_id)
    if own is None:
        return None, "click_unknown"
    inside = [
        c for c in clicks.values()
        if (c is own or (c.reader is not None and c.reader == own.reader and c.shop == own.shop))
        and c.invalid is None and c.occurred_at_ms <= at_ms < c.occurred_at_ms + length_ms
    ]  # fmt: skip
    if not inside:
        return None, "click_invalid" if own.invalid else "outside_window"
    pick = max if model == "last" else min
    return pick(inside, key=lambda c: (c.occurred_at_ms // 1000, c.event_id)).event_id, None


@settings(max_examples=100)
@given(histories())
def test_the_engine_does_what_the_definition_says(events: list[Event]) -> None:
    published = Stage(events).table().to_pylist()
    for definition in REGISTRY.attributions(day_of(NOON)):
        for window in definition.windows:
            rows = {
                (r["entry"], r["event_id"], r["touch_event_id"], r["value_fen"], r["credit_millionths"], r["reason"],
                 "over_refunded" in r["flags"])
                for r in published
                if (r["definition_id"], r["window"]) == (definition.id, window)
            }  # fmt: skip
            assert rows == oracle(events, model=definition.model, window=window)


@settings(max_examples=40)
@given(histories(), st.randoms(use_true_random=False))
def test_order_of_arrival_and_repetition_never_change_a_bit(events: list[Event], luck: Any) -> None:
    arrivals = events + [one for one in events if luck.random() < 0.3]
    luck.shuffle(arrivals)
    assert Stage(arrivals).table().equals(Stage(events).table())


def test_bits_do_not_depend_on_threads_or_batches() -> None:
    base = NOON
    events = [click(base + n * 997, f"c-{n}", reader=f"rdr-{n % 50}", note=f"note-{n % 7}") for n in range(3_000)]
    events += [pay(base + DAY_MS + n, f"o-{n}-1", n, f"c-{n * 7 % 3_000}") for n in range(1_000)]
    assert Stage(events).table().equals(Stage(events[::-1]).table())
