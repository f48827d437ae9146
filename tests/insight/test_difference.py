"""Two definitions compared: which orders moved, from whom to whom and why, and the moves add up to the difference."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hongmao.attribution.errors import ModelUnknown
from hongmao.cli import explain, explain_difference
from hongmao.definitions.api import DefinitionUnknown
from hongmao.insight.api import ChoiceUnknown, NoOrderOfItsOwn
from hongmao.insight.contracts import Share
from hongmao.insight.difference import Part, by_sub_order, moves, parts_of
from insight.stage import A, B, Stage, click, pay, refund

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.events.contracts import Event
    from hongmao.insight.contracts import Difference
    from hongmao.insight.difference import Given


def journeys() -> tuple[Event, ...]:
    return (
        # Reader 1: note 1, then note 2, then 100.00 paid of which 40.00 go back.
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-03 10:00", "c-2", note="note-2", creator="creator-2", link="link-2"),
        pay("2025-05-04 12:00", "o-1-1", 10_000, "c-2"),
        refund("2025-05-09 10:00", "o-1-1", 4_000),
        # Reader 2: note 1 alone, 50.00: every model says the same.
        click("2025-05-05 10:00", "c-3", reader="reader-2"),
        pay("2025-05-05 11:00", "o-2-1", 5_000, "c-3"),
        # Reader 3: note 2 twenty days before 30.00 are paid: inside 30 days, outside 15.
        click("2025-05-01 09:00", "c-4", reader="reader-3", note="note-2"),
        pay("2025-05-21 09:00", "o-3-1", 3_000, "c-4"),
    )


def whole(side: Share, outside: Share) -> tuple[int, int | None, int | None]:
    both = side + outside
    return both.credit_millionths, both.gross_fen, both.net_fen


def check_sums(found: Difference) -> None:
    """Hold the moves against the totals: they add up to the difference, and nothing comes from nowhere."""
    assert whole(found.before.whole, found.before.outside) == whole(found.after.whole, found.after.outside)
    mine = [part for part in found.parts if part.note is not None]
    more = found.after.whole.minus(found.before.whole)
    assert sum(part.more.credit_millionths for part in mine) == more.credit_millionths
    assert sum(part.more.net_fen or 0 for part in mine) == more.net_fen
    assert sum(part.more.net_fen or 0 for part in found.parts) == 0
    for moved in found.moved:
        assert sum(part.more.credit_millionths for part in (*moved.lost, *moved.gained)) == 0
        assert sum(part.more.gross_fen or 0 for part in (*moved.lost, *moved.gained)) == 0


def test_two_definitions_in_force_differ_by_the_orders_that_they_judge_otherwise() -> None:
    found = Stage(*journeys()).insight.difference(A, "last_click", "first_click")
    check_sums(found)
    assert (found.before.published, found.after.published, found.before.window) == (True, True, "15d")
    (moved,) = found.moved
    assert (moved.order_id, moved.counted, found.same) == ("o-1", "both", 2)
    assert [(part.note, part.more.credit_millionths, part.more.net_fen) for part in moved.lost] == [
        ("note-2", -1_000_000, -6_000)
    ]
    assert [(part.note_title, part.more.gross_fen) for part in moved.gained] == [("防晒怎么选", 10_000)]
    first, second = (one.en for one in moved.why)
    assert "2025-05-01T10:00:00.000+08:00 '防晒怎么选': before 0%, a later touch inside the window won" in first
    assert "after 100%, the first valid touch inside the window" in first
    assert "after 0%, an earlier touch inside the window won" in second


def test_a_model_that_no_definition_has_is_put_into_the_reported_one_and_nothing_is_published() -> None:
    stage = Stage(*journeys())
    before = stage.tables.rows("select count(*) as n from credits")
    found = stage.insight.difference(A, "last_click.v1", "position:50-0-50")
    check_sums(found)
    assert not found.after.published
    assert (found.after.definition.id, found.after.definition.name.en) == (
        "position:50-0-50",
        "Last click with the model position:50-0-50",
    )
    (moved,) = found.moved
    assert [part.more.credit_millionths for part in (*moved.lost, *moved.gained)] == [-500_000, 500_000]
    assert [part.more.net_fen for part in (*moved.lost, *moved.gained)] == [-3_000, 3_000]
    assert stage.tables.rows("select count(*) as n from credits") == before


def test_a_definition_is_the_same_as_itself() -> None:
    found = Stage(*journeys()).insight.difference(A, "last_click", "last")
    assert (found.moved, found.parts, found.same) == ((), (), 3)
    check_sums(found)


def test_one_note_asked_about_tells_only_what_moves_to_it_or_from_it() -> None:
    insight = Stage(*journeys()).insight
    found = insight.difference(A, "last_click", "linear", note="note-1")
    assert [(one.order_id, one.platform) for one in found.moved] == [("o-1", "sandbox")]
    assert found.same is None
    assert insight.difference(A, "last_click", "linear", note="note-9").moved == ()


def test_what_nobody_earned_before_may_be_somebodys_after() -> None:
    # Over 24 h nobody earned the order of 4 May by note 1; reader 3's is nobody's by either.
    stage = Stage(*journeys())
    found = stage.insight.difference(A, "last_click", "first_click", window="30d")
    check_sums(found)
    assert found.before.outside.credit_millionths == 0
    fortnight = stage.insight.difference(A, "last_click", "first_click", window="15d")
    assert fortnight.before.outside.net_fen == 3_000


def test_promise_9_another_tenant_has_no_difference() -> None:
    found = Stage(*journeys()).insight.difference(B, "last_click", "first_click")
    assert (found.moved, found.before.whole, found.same) == ((), Share(), 0)


@pytest.mark.parametrize(
    ("sides", "window", "error"),
    [
        (("last_click.v9", "first_click"), None, DefinitionUnknown),
        (("last_click", "moon"), None, ModelUnknown),
        (("last_click", "markov:2"), None, NoOrderOfItsOwn),
        (("last_click", "first_click"), "3d", ChoiceUnknown),
        (("cpuv", "first_click"), None, ModelUnknown),
    ],
)
def test_a_side_that_cannot_be_compared_is_refused(
    sides: tuple[str, str], window: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Stage(*journeys()).insight.difference(A, *sides, window=window)


NOTES = [None, "note-1", "note-2", "note-3"]


@st.composite
def credited(draw: st.DrawFn) -> tuple[list[Part], list[Part]]:
    """Draw what two definitions make of the same payments and refunds: shares differ, sums do not."""
    before: list[Part] = []
    after: list[Part] = []
    for number in range(draw(st.integers(0, 6))):
        entries = [("pay", draw(st.integers(0, 99_999)))]
        entries += [("refund", -amount) for amount in draw(st.lists(st.integers(0, 9_999), max_size=2))]
        for side in (before, after):
            cuts = draw(st.lists(st.sampled_from(NOTES), min_size=1, max_size=4, unique=True))
            for entry, fen in entries:
                side.extend(_cut(f"o-{number}", entry, fen, cuts, draw))
    return before, after


def _cut(order: str, entry: str, fen: int, notes: Sequence[str | None], draw: st.DrawFn) -> list[Part]:
    credit = 1_000_000 if entry == "pay" else 0
    rest_credit, rest_fen, found = credit, fen, []
    for place, note in enumerate(notes):
        last = place == len(notes) - 1
        mine = rest_credit if last else draw(st.integers(0, rest_credit))
        worth = rest_fen if last else int(rest_fen * mine / rest_credit) if rest_credit else 0
        rest_credit, rest_fen = rest_credit - mine, rest_fen - worth
        found.append(
            Part(
                platform="sandbox", order_id=order, sub_order_id=f"{order}-1", entry=entry, note=note, reason=None,
                credit_millionths=mine, value_fen=worth, claimed=False,
            )
        )  # fmt: skip
    return found


def _something(shares: Given) -> Given:
    return {note: share for note, share in shares.items() if share != Share()}


class _NoNames:
    def note_title(self, note: str | None) -> str:
        return note or "—"


@given(credited())
def test_whatever_two_definitions_say_the_moves_add_up_to_the_difference_of_their_totals(
    drawn: tuple[list[Part], list[Part]],
) -> None:
    before, after = (by_sub_order(rows) for rows in drawn)
    moved = moves(before, after, _NoNames())  # type: ignore[arg-type]
    parts = {part.note: part.more for part in parts_of(moved, _NoNames())}  # type: ignore[arg-type]
    for note in NOTES:
        credit, gross, net = (
            sum(getattr(shares.get(note, Share()), field) for shares in after.values())
            - sum(getattr(shares.get(note, Share()), field) for shares in before.values())
            for field in ("credit_millionths", "gross_fen", "net_fen")
        )
        more = parts.get(note, Share())
        assert (more.credit_millionths, more.gross_fen, more.net_fen) == (credit, gross, net)
    # What does not move is what both say alike.
    still = (before.keys() | after.keys()) - {(one.platform, one.order_id, one.sub_order_id) for one in moved}
    assert all(_something(before[place]) == _something(after[place]) for place in still)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Stage:
    built = Stage(*journeys())

    @contextmanager
    def opened() -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(insight=built.insight)

    monkeypatch.setattr(explain_difference, "open_house", opened)
    return built


def test_the_command_prints_lines_and_json(house: Stage) -> None:
    del house
    result = CliRunner().invoke(explain.explain, ["difference", "last_click", "position:50-0-50", "--lang", "en"])
    assert result.exit_code == 0, result.output
    for words in (
        "tenant-a",
        "before last_click.v1 15d · purchases 2 · GMV 150.00 · net 110.00",
        "after position:50-0-50 15d", "not published: worked out for this question",
        "1 sub-orders differ · 2 sub-orders are the same by both",
        "Difference note-1 防晒怎么选 · +0.5 · +50.00 / +30.00",
        "o-1 / o-1-1 · sandbox", "note-2 露营清单 · -0.5 · -50.00 / -30.00",
        "before 0%, a later touch inside the window won; after 50%, shared by its position on the way",
    ):  # fmt: skip
        assert words in result.output, words
    chinese = CliRunner().invoke(explain.explain, ["difference", "last_click", "first_click", "--lang", "zh"]).output
    assert "1 个子订单不同 · 2 个子订单两者相同" in chinese
    (told,) = json.loads(CliRunner().invoke(explain.explain, ["difference", "last_click", "linear", "--json"]).stdout)
    assert (told["tenant"], len(told["moved"]), told["same"]) == ("tenant-a", 1, 2)
