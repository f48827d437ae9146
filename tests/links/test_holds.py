"""Holds: a link rests while anybody holds it, and each lifts its own."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, LinkId, TenantId
from hongmao.links.api import (
    HoldSource,
    HoldSourceUnknown,
    LinkFieldWrong,
    Links,
    LinkUnknown,
    Review,
    Reviews,
    is_live,
)
from hongmao.links.holds import WHOLE, changes_between
from links.factories import ALLOWED, MemoryLinks, link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OURS, THEIRS = TenantId("tenant-1"), TenantId("tenant-2")
ONE = LinkId("link-1")
SOURCES = st.sampled_from(HoldSource)


def links_over(*kept: str) -> tuple[Links, MemoryLinks, SetClock]:
    clock = SetClock(1_746_583_200_000)
    store = MemoryLinks(*(link(id=LinkId(id_)) for id_ in kept))
    return Links(store, clock, IdMaker(clock, random.Random(1)), ALLOWED), store, clock


@given(st.lists(st.tuples(st.sampled_from(["hold", "lift", "resume", "pause", "review", "reprice"]), SOURCES)))
def test_a_link_rests_exactly_while_anybody_holds_it(acts: Sequence[tuple[str, HoldSource]]) -> None:
    links, store, _ = links_over("link-1")
    held: set[HoldSource] = set()
    for act, source in acts:
        match act:
            case "hold":
                answer = links.hold(OURS, ONE, source, "because")
                held.add(source)
            case "lift":
                answer = links.lift(OURS, ONE, source)
                held.discard(source)
            case "pause":
                answer = links.pause(OURS, ONE)
                held.add(HoldSource.MERCHANT)
            case "resume":
                answer = links.resume(OURS, ONE)
                held.discard(HoldSource.MERCHANT)
            case "review":
                answer = links.review(OURS, ONE, Reviews(note="seen"))
            case _:
                answer = links.reprice(OURS, ONE, 90)
        assert answer.paused == bool(held)
        assert {hold.source for hold in links.holds(OURS, ONE)} == held
        assert store.kept["link-1"] == answer
        assert is_live(answer) == (not held)


NAMED = st.dictionaries(st.sampled_from(["a", "b", "c", "gone"]), st.sampled_from(["x", "y"]))


@given(st.lists(st.tuples(st.sampled_from(sorted(WHOLE)), NAMED), max_size=6))
def test_the_holds_of_a_source_become_those_that_are_wanted_and_no_other_is_touched(
    turns: Sequence[tuple[HoldSource, dict[LinkId, str]]],
) -> None:
    links, store, clock = links_over("a", "b", "c")
    links.pause(OURS, LinkId("b"))
    last: dict[HoldSource, dict[LinkId, str]] = {}
    for source, wanted in turns:
        clock.advance(1_000)
        links.set_holds(source, wanted, clock.now_ms())
        assert links.set_holds(source, wanted, clock.now_ms()) == 0
        last[source] = {link: reason for link, reason in wanted.items() if link != "gone"}
    for id_ in ("a", "b", "c"):
        told = {hold.source: hold.reason for hold in links.holds(OURS, LinkId(id_))}
        mine = told.pop(HoldSource.MERCHANT, None)
        assert (mine is not None) == (id_ == "b")
        assert told == {source: wanted[LinkId(id_)] for source, wanted in last.items() if id_ in wanted}
        assert store.kept[id_].paused == bool(told or mine)


@given(NAMED, NAMED)
def test_changes_turn_what_is_held_into_what_is_wanted(held: dict[LinkId, str], wanted: dict[LinkId, str]) -> None:
    changes = changes_between(held, wanted)
    after = {link: reason for link, reason in held.items() if link not in changes.lifted}
    assert not after.keys() & changes.placed.keys()
    assert changes.said_anew.keys() <= after.keys()
    assert {**after, **changes.placed, **changes.said_anew} == wanted
    assert (len(changes) == 0) == (held == wanted)


def test_a_resumed_link_that_others_hold_stays_paused_and_says_why() -> None:
    links, _, clock = links_over("link-1")
    links.pause(OURS, ONE)
    clock.advance(60_000)
    links.hold(OURS, ONE, "care", "price 12900, reviewed at 9900")
    assert links.resume(OURS, ONE).paused
    [left] = links.holds(OURS, ONE)
    assert (left.source, left.reason, left.since_ms) == (
        HoldSource.CARE,
        "price 12900, reviewed at 9900",
        1_746_583_260_000,
    )
    # Said again with other words it is the same hold, since the same instant.
    clock.advance(60_000)
    links.hold(OURS, ONE, "care", "price 13900, reviewed at 9900")
    [left] = links.holds(OURS, ONE)
    assert (left.reason, left.since_ms) == ("price 13900, reviewed at 9900", 1_746_583_260_000)
    assert not links.lift(OURS, ONE, "care").paused


def test_a_verdict_never_undoes_a_hold_that_was_placed_in_between() -> None:
    links, store, _ = links_over("link-1")
    store.update(replace(store.kept["link-1"], fallback_review=Review.PENDING))
    change = store.change

    def held_meanwhile(tenant: TenantId, link: LinkId, decide: object) -> object:
        links.hold(OURS, ONE, "policy", "closed")
        return change(tenant, link, decide)  # type: ignore[arg-type]

    store.change = held_meanwhile  # type: ignore[method-assign, assignment]
    assert links.review(OURS, ONE, Reviews(fallback=Review.APPROVED)).paused


@pytest.mark.parametrize("source", ["", "Care", "nobody", "merchant "])
def test_a_source_that_nobody_knows_is_refused(source: str) -> None:
    links, _, _ = links_over("link-1")
    acts: tuple[Callable[[], object], ...] = (
        lambda: links.hold(OURS, ONE, source, "x"),
        lambda: links.lift(OURS, ONE, source),
    )
    for act in acts:
        with pytest.raises(HoldSourceUnknown) as refused:
            act()
        assert "care" in refused.value.message("en")


@pytest.mark.parametrize("source", sorted(set(HoldSource) - WHOLE))
def test_what_a_merchant_or_a_crawl_holds_is_never_set_as_a_whole(source: HoldSource) -> None:
    links, _, _ = links_over("link-1")
    links.hold(OURS, ONE, source, "x")
    with pytest.raises(HoldSourceUnknown):
        links.set_holds(source, {}, 1)
    assert links.get(OURS, ONE).paused


@pytest.mark.parametrize("reason", ["", "x" * 201])
def test_a_reason_that_cannot_be_kept_is_refused_and_holds_nothing(reason: str) -> None:
    links, _, _ = links_over("link-1")
    with pytest.raises(LinkFieldWrong):
        links.hold(OURS, ONE, "care", reason)
    with pytest.raises(LinkFieldWrong):
        links.set_holds("policy", {ONE: reason}, 1)
    assert not links.get(OURS, ONE).paused


def test_nobody_holds_lifts_reprices_or_asks_about_somebody_elses_link() -> None:
    links, store, _ = links_over("link-1")
    acts = (
        lambda: links.hold(THEIRS, ONE, "care", "x"),
        lambda: links.lift(THEIRS, ONE, "care"),
        lambda: links.holds(THEIRS, ONE),
        lambda: links.reprice(THEIRS, ONE, 1),
    )
    for act in acts:
        with pytest.raises(LinkUnknown):
            act()
    assert store.kept["link-1"] == link()


@pytest.mark.parametrize("price_fen", [-1, 100_001, True, 1.5])
def test_a_price_that_is_no_whole_fen_is_refused(price_fen: int) -> None:
    links, store, _ = links_over("link-1")
    with pytest.raises(LinkFieldWrong):
        links.reprice(OURS, ONE, price_fen)
    assert store.kept["link-1"].price_fen == 80
