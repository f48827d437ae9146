"""What a note earned: under each definition and window, by lane and day, and order by order with the touches that competed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.cli import explain, explain_note
from hongmao.insight.api import ChoiceUnknown, NoteUnknown
from insight.stage import A, B, Stage, click, day, pay, refund

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.events.contracts import Event
    from hongmao.insight.contracts import NoteExplained, NoteUnder


def journey() -> tuple[Event, ...]:
    # 1 May: she taps under note 1, on 3 May under note 2; on 4 May she pays 100.00 and on 9 May 40.00 go back.
    return (
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-03 10:00", "c-2", note="note-2", creator="creator-2", link="link-2"),
        pay("2025-05-04 12:00", "o-1-1", 10_000, "c-2"),
        refund("2025-05-09 10:00", "o-1-1", 4_000),
        # 5 May: another reader buys by note 1 alone; another media says that it was theirs.
        click("2025-05-05 10:00", "c-3", reader="reader-2"),
        pay("2025-05-05 11:00", "o-2-1", 5_000, "c-3", claimed_elsewhere=True),
    )


def under(told: NoteExplained, definition: str, window: str) -> NoteUnder:
    return next(one for one in told.under if (one.definition.id, one.window) == (definition, window))


def test_a_note_has_a_line_for_every_definition_and_window() -> None:
    told = Stage(*journey()).insight.note_explained(A, "note-1")
    assert (told.title, told.creator_name) == ("防晒怎么选", "小林")
    names = list(dict.fromkeys(one.definition.id for one in told.under))
    assert names[0] == "last_click"
    assert [one.window for one in told.under if one.definition.id == "last_click"] == ["24h", "7d", "15d", "30d"]
    last, first, linear = (under(told, name, "15d") for name in ("last_click", "first_click", "linear_click"))
    assert (last.whole.credit_millionths, last.whole.net_fen, last.orders) == (1_000_000, 5_000, 1)
    assert (first.whole.credit_millionths, first.whole.gross_fen, first.whole.net_fen) == (2_000_000, 15_000, 11_000)
    assert (linear.whole.credit_millionths, linear.whole.gross_fen, linear.whole.net_fen) == (1_500_000, 10_000, 8_000)
    # A day before the payment she had tapped note 2 only.
    assert under(told, "first_click", "24h").whole.credit_millionths == 1_000_000


def test_what_another_media_claims_too_is_told_apart() -> None:
    told = Stage(*journey()).insight.note_explained(A, "note-1")
    whole = under(told, "last_click", "15d").whole
    assert (whole.credit_millionths, whole.once_millionths) == (1_000_000, 0)
    assert [one.claimed_elsewhere for one in told.orders] == [True, False]


def test_ATTR_5_days_stand_by_both_clocks_and_ATTR_9_say_until_when_they_grow() -> None:
    told = Stage(*journey(), now="2025-05-12 00:00").insight.note_explained(A, "note-2")
    mine = under(told, "last_click", "15d")
    assert [(one.day, one.share.gross_fen, one.share.net_fen) for one in mine.billing_days] == [
        (day("2025-05-03"), 10_000, 6_000)
    ]
    assert [(one.day, one.share.gross_fen, one.share.net_fen) for one in mine.event_days] == [
        (day("2025-05-04"), 10_000, 10_000),
        (day("2025-05-09"), 0, -4_000),
    ]
    assert not mine.billing_days[0].maturity.mature
    assert all(one.maturity.mature for one in mine.event_days)


def test_days_and_lanes_add_up_to_the_whole() -> None:
    told = Stage(*journey(), now="2025-05-12 00:00").insight.note_explained(A, "note-1")
    for one in told.under:
        for days in (one.billing_days, one.event_days):
            assert sum(each.share.credit_millionths for each in days) == one.whole.credit_millionths
            assert sum(each.share.net_fen or 0 for each in days) == one.whole.net_fen
        assert sum(lane.share.net_fen or 0 for lane in one.lanes) == one.whole.net_fen
        assert {lane.lane for lane in one.lanes} <= {"cid", "organic"}


def test_an_order_shows_every_touch_that_competed_with_what_it_got_and_why() -> None:
    told = Stage(*journey()).insight.note_explained(A, "note-1", definition="linear_click")
    newest, shared = told.orders
    assert (newest.order_id, shared.order_id) == ("o-2", "o-1")
    assert (shared.share.credit_millionths, shared.share.net_fen) == (500_000, 3_000)
    assert [
        (one.note, one.mine, one.credit_millionths, one.gross_fen, one.net_fen, one.reason) for one in shared.touches
    ] == [
        ("note-1", True, 500_000, 5_000, 3_000, "shared_evenly"),
        ("note-2", False, 500_000, 5_000, 3_000, "shared_evenly"),
    ]
    # By last click it got nothing of that order, and the order is told all the same, with why.
    by_last = Stage(*journey()).insight.note_explained(A, "note-1").orders[1]
    assert by_last.share.credit_millionths == 0
    assert [one.reason for one in by_last.touches] == ["later_touch_won", "last_in_window"]


def test_of_many_orders_the_newest_are_told_and_the_rest_counted() -> None:
    bought = [pay(f"2025-05-0{n} 12:00", f"o-{n}-1", 100, "c-1") for n in range(2, 7)]
    told = Stage(click("2025-05-01 10:00", "c-1"), *bought).insight.note_explained(A, "note-1", limit=2)
    assert [one.order_id for one in told.orders] == ["o-6", "o-5"]
    assert told.more == 3
    assert under(told, "last_click", "15d").orders == 5


def test_promise_9_another_tenant_sees_nothing_of_it() -> None:
    stage = Stage(*journey())
    assert stage.insight.note_explained(B, "note-1").orders == ()
    assert stage.insight.note_owners("note-1") == (A,)


def test_a_note_a_definition_and_a_window_that_are_not_there_are_named() -> None:
    insight = Stage(*journey()).insight
    with pytest.raises(NoteUnknown, match="no note note-x"):
        insight.note_explained(A, "note-x")
    with pytest.raises(ChoiceUnknown, match="definition has no choice 'moon'"):
        insight.note_explained(A, "note-1", definition="moon")
    with pytest.raises(ChoiceUnknown, match="window has no choice '3d'"):
        insight.note_explained(A, "note-1", window="3d")


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Stage:
    built = Stage(*journey())

    @contextmanager
    def opened() -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(insight=built.insight)

    monkeypatch.setattr(explain_note, "open_house", opened)
    return built


def test_the_command_prints_lines_and_json(house: Stage) -> None:
    del house
    result = CliRunner().invoke(explain.explain, ["note", "note-1", "--definition", "linear_click", "--lang", "en"])
    assert result.exit_code == 0, result.output
    for words in (
        "Note note-1 · 防晒怎么选 · 小林",
        "linear_click.v1 15d · purchases 1.5 · GMV 100.00 · net 80.00 · sub-orders 2",
        "lane CID · purchases 1.5", "by billing time 2025-05-01 · purchases 0.5 · GMV 50.00 · net 30.00",
        "Orders, by Linear click 15d", "o-2 / o-2-1 · sandbox", "also claimed elsewhere, not in the deduplicated total",
        "* 2025-05-01T10:00:00.000+08:00 防晒怎么选 · this note · each touch inside the window gets the same part",
        "· 50% · 50.00 / 30.00",
    ):  # fmt: skip
        assert words in result.output, words
    chinese = CliRunner().invoke(explain.explain, ["note", "note-1", "--lang", "zh"]).output
    assert "按计费时间 2025-05-05 · 成交 1 · 成交额 50.00 · 净额 50.00" in chinese
    (told,) = json.loads(CliRunner().invoke(explain.explain, ["note", "note-1", "--json"]).stdout)
    assert [one["order_id"] for one in told["orders"]] == ["o-2", "o-1"]
    assert told["under"][0]["definition"]["name"] == {"zh": "末次点击", "en": "Last click"}


def test_the_command_says_that_there_is_no_such_note(house: Stage) -> None:
    del house
    assert isinstance(CliRunner().invoke(explain.explain, ["note", "note-x"]).exception, NoteUnknown)
