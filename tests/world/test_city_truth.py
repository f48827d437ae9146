from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hongmao.world.agenda import Agenda
from hongmao.world.reader import landing
from hongmao.world.spec import draw_plan
from hongmao.world.truth import share, wish

READERS = 300


def test_the_same_seed_draws_the_same_city() -> None:
    assert draw_plan(7, READERS) == draw_plan(7, READERS)
    assert draw_plan(7, READERS) != draw_plan(8, READERS)


def test_a_larger_city_keeps_the_readers_of_the_smaller() -> None:
    assert draw_plan(7, READERS).citizens[:50] == draw_plan(7, 50).citizens


def test_a_note_never_turns_a_buyer_away() -> None:
    plan = draw_plan(7, READERS)
    wishes = [wish(plan.seed, citizen, good) for citizen in plan.citizens for good in plan.goods]
    assert all(w.after_note for w in wishes if w.anyway)


def test_promise_10_notes_earn_about_what_the_city_says_they_earn() -> None:
    """The hidden thresholds are uniform, so the share of buyers is the mean chance, within four standard errors."""
    plan = draw_plan(11, 2_000)
    wishes = [wish(plan.seed, citizen, good) for citizen in plan.citizens for good in plan.goods]
    for expected, found in (
        (sum(w.with_note for w in wishes), sum(w.after_note for w in wishes)),
        (sum(w.without_note for w in wishes), sum(w.anyway for w in wishes)),
    ):
        assert abs(found - expected) < 4 * expected**0.5


@given(st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_a_share_depends_on_its_words_alone(words: list[str]) -> None:
    assert share(*words) == share(*words)
    assert 0 <= share(*words) < 1


@given(st.lists(st.integers(min_value=0, max_value=50), max_size=40))
def test_the_agenda_runs_by_time_and_then_by_plan(instants: list[int]) -> None:
    agenda, done = Agenda(), []
    for number, at_ms in enumerate(instants):
        agenda.plan(at_ms, lambda now, n=number: done.append((now, n)))  # type: ignore[misc]
    while agenda.next_at_ms() is not None:
        agenda.run_next()
    assert done == sorted((at_ms, number) for number, at_ms in enumerate(instants))


def test_a_tap_lands_where_the_page_says() -> None:
    at = {"shop_url": "http://shop"}
    assert landing("http://shop/item/1?hm_click=x", b"", **at) == "http://shop/item/1?hm_click=x"
    assert landing("https://elsewhere.example/item/1?hm_click=x", b"", **at) is None
    page = b'<a class="b" id="fallback" href="http://shop/item/1?a=1&amp;hm_click=x">open</a>'
    assert landing(None, page, **at) == "http://shop/item/1?a=1&hm_click=x"
    assert landing(None, b"<p>no way on</p>", **at) is None
