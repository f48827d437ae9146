"""The attribution page: models side by side, what nobody earned, and the ways that readers took, few people untold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.insight.api import ChoiceUnknown, read_split
from hongmao.insight.contracts import End, Ripeness, Share, SplitBy
from insight.stage import A, B, Stage, click, pay, query, refund

if TYPE_CHECKING:
    from hongmao.events.contracts import Event
    from hongmao.insight.contracts import AttributionPage

MAY = query("2025-05-01", "2025-05-31")


def shares(page: AttributionPage, model: str) -> dict[str, Share]:
    """Index what one model gives by part."""
    column = page.column(model)
    return {row.part: row.shares[column] for row in page.rows}


def two_notes() -> tuple[Event, ...]:
    # 1 May: she taps under note 1, on 2 May under note 2, on 3 May she pays 100.00; 9 May: 40.00 go back.
    return (
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-02 10:00", "c-2", note="note-2", creator="creator-2", link="link-2"),
        pay("2025-05-03 10:00", "o-1-1", 10_000, "c-2"),
        refund("2025-05-09 10:00", "o-1-1", 4_000),
        # Another reader buys by note 1 alone, and another media says that it was theirs.
        click("2025-05-03 10:00", "c-3", reader="reader-2"),
        pay("2025-05-03 11:00", "o-2-1", 5_000, "c-3", claimed_elsewhere=True),
        # Nobody's: no click id came back.
        pay("2025-05-04 11:00", "o-3-1", 700, None),
    )


def test_every_definition_in_force_stands_beside_last_click_which_comes_first() -> None:
    page = Stage(*two_notes()).insight.attribution(A, MAY)
    assert page.columns[0].key == "last_click"
    assert {"last_click", "first_click"} <= {column.key for column in page.columns}
    last, first = shares(page, "last_click"), shares(page, "first_click")
    assert (last["note-1"].credit_millionths, last["note-2"].credit_millionths) == (1_000_000, 1_000_000)
    assert (last["note-2"].gross_fen, last["note-2"].net_fen) == (10_000, 6_000)
    assert first["note-1"].credit_millionths == 2_000_000
    assert (first["note-1"].gross_fen, first["note-1"].net_fen) == (15_000, 11_000)
    assert first["note-2"].credit_millionths == 0
    for column in page.columns:
        if column.definition is not None:
            assert (column.whole.credit_millionths, column.whole.gross_fen, column.whole.net_fen) == (
                2_000_000,
                15_000,
                11_000,
            ), column.key
            assert (column.outside.credit_millionths, column.outside.net_fen) == (1_000_000, 700), column.key


def test_markov_and_shapley_judge_the_ways_and_share_the_same_totals() -> None:
    # One way over both notes, one over note 1 alone, both paid for: each note of the first gets half of it.
    page = Stage(*two_notes()).insight.attribution(A, MAY)
    shapley, markov = shares(page, "shapley:closed"), shares(page, "markov:1")
    assert (shapley["note-1"].credit_millionths, shapley["note-2"].credit_millionths) == (1_500_000, 500_000)
    assert (shapley["note-1"].gross_fen, shapley["note-1"].net_fen) == (10_000, 8_000)
    # Without note 1 nothing is paid for; without note 2 half of it is: removal effects 1 and 1/2 share 2 as 4/3 and 2/3.
    assert (markov["note-1"].credit_millionths, markov["note-2"].credit_millionths) == (1_333_333, 666_667)
    for key in ("shapley:closed", "markov:1"):
        column = page.columns[page.column(key)]
        assert column.definition is None, "it is no definition in force"
        assert column.whole == Share(credit_millionths=2_000_000, gross_fen=15_000, net_fen=11_000)
        assert column.outside == page.columns[0].outside


def test_where_nobody_has_paid_there_is_nothing_to_estimate() -> None:
    page = Stage(click("2025-05-01 10:00", "c-1")).insight.attribution(A, MAY)
    assert [column.key for column in page.columns if column.definition is None] == []


def test_what_a_model_gives_more_than_last_click_adds_up_to_nothing() -> None:
    page = Stage(*two_notes()).insight.attribution(A, MAY)
    column = page.column("first_click")
    more = [page.difference(row.shares[column], row.shares) for row in page.rows]
    assert sorted(one.net_fen or 0 for one in more) == [-6_000, 6_000]
    assert sum(one.credit_millionths for one in more) == 0


def test_ATTR_4_an_order_that_another_media_claims_too_is_counted_and_left_out_of_the_total_of_each_order_once() -> (
    None
):
    page = Stage(*two_notes()).insight.attribution(A, MAY)
    whole = page.columns[0].whole
    assert (whole.credit_millionths, whole.claimed_millionths, whole.once_millionths) == (
        2_000_000,
        1_000_000,
        1_000_000,
    )


def test_ATTR_5_the_clocks_move_a_refund_and_a_payment_to_their_days() -> None:
    stage = Stage(*two_notes())
    first_two_days = {"from_day": "2025-05-01", "to_day": "2025-05-02"}
    billing = stage.insight.attribution(A, query(*first_two_days.values()))
    assert shares(billing, "last_click")["note-2"].net_fen == 6_000
    assert billing.columns[0].whole.credit_millionths == 1_000_000
    event = stage.insight.attribution(A, query(*first_two_days.values(), clock="event"))
    assert event.rows == ()
    refunds = stage.insight.attribution(A, query("2025-05-09", "2025-05-09", clock="event"))
    assert (refunds.columns[0].whole.gross_fen, refunds.columns[0].whole.net_fen) == (0, -4_000)


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        (SplitBy.NOTE, {"note-1", "note-2"}),
        (SplitBy.CREATOR, {"creator-1", "creator-2"}),
        (SplitBy.LINK, {"link-1", "link-2"}),
    ],
)
def test_credit_is_told_apart_by_note_creator_or_link_with_the_same_totals(by: SplitBy, parts: set[str]) -> None:
    page = Stage(*two_notes()).insight.attribution(A, MAY, by)
    assert {row.part for row in page.rows} == parts
    assert page.columns[0].whole.net_fen == 11_000
    names = {row.name for row in page.rows}
    assert names == ({"小林", "阿远"} if by is SplitBy.CREATOR else {"防晒怎么选", "露营清单"})


def test_ATTR_7_an_amount_that_nobody_told_is_unknown_and_not_nothing() -> None:
    bought = pay("2025-05-01 11:00", "o-1-1", None, "c-1")
    page = Stage(click("2025-05-01 10:00", "c-1"), bought).insight.attribution(A, MAY)
    whole = page.columns[0].whole
    assert (whole.credit_millionths, whole.gross_fen, whole.net_fen, whole.partial) == (1_000_000, None, None, True)
    markov = page.columns[page.column("markov:1")].whole
    assert (markov.credit_millionths, markov.gross_fen, markov.net_fen, markov.partial) == (1_000_000, None, None, True)


def test_ATTR_9_a_range_whose_window_is_open_says_until_when_it_grows() -> None:
    page = Stage(*two_notes(), now="2025-06-10 00:00").insight.attribution(A, MAY)
    assert page.maturity.ripeness is Ripeness.GROWING
    assert Stage(*two_notes(), now="2025-06-17 00:00").insight.attribution(A, MAY).maturity.mature


def test_promise_9_another_tenant_sees_nothing_of_it() -> None:
    page = Stage(*two_notes()).insight.attribution(B, MAY)
    assert page.rows == ()
    assert page.paths.rows == ()
    assert all(column.whole.credit_millionths == 0 for column in page.columns)


def test_a_way_holds_the_clicks_inside_the_window_and_repeats_as_often_as_they_happened() -> None:
    stage = Stage(
        click("2025-04-01 10:00", "c-0", note="note-2"),  # 34 days before: in no window of 15 d
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-01 10:01", "c-1b"),
        click("2025-05-01 10:02", "c-x", invalid="bot"),
        click("2025-05-02 10:00", "c-2", note="note-2"),
        pay("2025-05-05 10:00", "o-1-1", 10_000, "c-2"),
        pay("2025-05-05 10:00", "o-1-2", 2_000, "c-2"),
        click("2025-05-06 10:00", "c-3"),  # after the payment: a journey of its own, and nothing came of it
    )
    bought, nothing = stage.insight.attribution(A, MAY).paths.rows
    assert bought.steps == ("note-1", "note-1", "note-2")
    assert bought.names == ("防晒怎么选", "防晒怎么选", "露营清单")
    assert (bought.journeys, bought.conversions, bought.gross_fen, bought.nulls) == (1, 2, 12_000, 0)
    assert (nothing.steps, nothing.journeys, nothing.nulls) == (("note-1",), 0, None)


def readers_without_an_order(count: int) -> tuple[Event, ...]:
    return tuple(click("2025-05-02 12:00", f"n-{n}", reader=f"idle-{n}") for n in range(count))


@pytest.mark.parametrize(("readers", "told"), [(19, None), (20, 20)])
def test_PRIV_5_a_way_that_fewer_than_twenty_readers_took_in_vain_is_not_counted_out(
    readers: int, told: int | None
) -> None:
    page = Stage(*two_notes(), *readers_without_an_order(readers)).insight.attribution(A, MAY)
    (way,) = (row for row in page.paths.rows if row.steps == ("note-1",))
    assert (way.journeys, way.nulls) == (1, told)
    assert page.paths.withheld == (told is None)
    lost = [row for row in page.paths.flow if row.end is End.NOTHING]
    assert [row.journeys for row in lost] == ([told] if told else [])
    assert page.paths.flow_withheld == (told is None)


def test_the_flow_is_drawn_from_touch_to_touch_and_every_journey_ends() -> None:
    page = Stage(*two_notes(), *readers_without_an_order(25)).insight.attribution(A, MAY)
    told = [(row.step, row.from_key, row.to_key, row.journeys) for row in page.paths.flow]
    assert told == [
        (0, "note-1", "nothing", 25),
        (0, "note-1", "bought", 1),
        (0, "note-1", "note-2", 1),
        (1, "note-2", "bought", 1),
    ]


def test_of_a_long_way_the_flow_keeps_the_touches_before_the_end() -> None:
    notes = ["note-1", "note-2", "note-1", "note-1", "note-2", "note-1"]
    clicks = [click(f"2025-05-0{n + 1} 10:00", f"c-{n}", note=note) for n, note in enumerate(notes)]
    page = Stage(*clicks, pay("2025-05-07 10:00", "o-1-1", 100, "c-5")).insight.attribution(A, MAY)
    assert [row.steps for row in page.paths.rows] == [tuple(notes)]
    assert [(row.step, row.from_key, row.to_key) for row in page.paths.flow] == [
        (0, "…", "note-1"),
        (1, "note-1", "note-2"),
        (2, "note-2", "note-1"),
        (3, "note-1", "bought"),
    ]


def test_a_split_that_is_not_on_offer_is_refused() -> None:
    assert read_split(None) is SplitBy.NOTE
    with pytest.raises(ChoiceUnknown, match="by has no choice 'planet'"):
        read_split("planet")
