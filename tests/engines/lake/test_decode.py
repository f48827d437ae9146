"""The quick way from bytes to a table says exactly what the plain way over events says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.strategies import NOON, read_note, some_events
from hongmao.engines.lake import ParquetLake, decode, writer
from hongmao.engines.lake.columns import table_of
from hongmao.engines.lake.decode import packed_table
from hongmao.events.api import Event, Kind, LakeGap, LogDamaged, PackedSlice, SchemaTooNew, pack
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def sliced(events: Sequence[Event], *, first: int = 1) -> PackedSlice:
    return PackedSlice.of(first, [pack(event) for event in events])


def recorded(version: int, fields: object) -> PackedSlice:
    return PackedSlice.of(1, [msgspec.msgpack.encode([version, fields])])


def other_way(*_: object) -> Any:
    raise AssertionError("this is the other way")


@given(events=some_events(max_size=14), first=st.sampled_from([1, 2**40]))
@settings(max_examples=200)
def test_the_quick_way_is_the_plain_way(events: list[Event], first: int) -> None:
    batch = sliced(events, first=first)

    table = packed_table(batch)

    table.validate(full=True)
    assert table.equals(table_of(batch.logged()))


@given(
    ids=st.lists(st.text("abé红😀.:", min_size=1, max_size=3), unique=True, max_size=30),
    times=st.lists(st.sampled_from([NOON - 1, NOON, NOON + DAY_MS]), min_size=30, max_size=30),
    kinds=st.lists(st.sampled_from([Kind.READ, Kind.LIKE]), min_size=30, max_size=30),
)
def test_acts_of_one_instant_stand_by_id(ids: list[str], times: list[int], kinds: list[Kind]) -> None:
    events = [
        Event(event_id=name, kind=kind, occurred_at_ms=at) for name, at, kind in zip(ids, times, kinds, strict=False)
    ]
    batch = sliced(events)

    assert packed_table(batch).equals(table_of(batch.logged()))


@pytest.mark.parametrize(
    "number",
    [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**31, 2**32, 2**62, 2**63 - 1, -1, -32, -33, -129, -32_769, -(2**63)],
)
def test_whole_numbers_of_every_width(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    batch = sliced([read_note(1, amount_fen=number), read_note(2, price_fen=number)])
    wanted = table_of(batch.logged())
    monkeypatch.setattr(decode, "table_of", other_way)

    assert packed_table(batch).equals(wanted)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 255, 256, 65_535, 65_536])
def test_texts_of_every_length(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    batch = sliced([read_note(1), read_note(2, detail="红" * size), read_note(3, detail="x" * size)])
    wanted = table_of(batch.logged())
    monkeypatch.setattr(decode, "table_of", other_way)

    assert packed_table(batch).equals(wanted)


def test_an_event_with_every_field_and_the_version_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[type, object] = {str: "x", int: 7, bool: True}
    full: dict[str, Any] = {}
    for field in msgspec.structs.fields(Event):
        kinds = [kind for kind in values if kind.__name__ in str(field.type)]
        full[field.name] = values[kinds[0]] if kinds else Kind.PAY
    batch = recorded(0, {**full, "kind": "pay", "schema_version": 1})
    wanted = table_of(batch.logged())
    monkeypatch.setattr(decode, "table_of", other_way)

    assert packed_table(batch).equals(wanted)
    assert packed_table(batch)["schema_version"].to_pylist() == [0]


GOOD: dict[str, object] = {"event_id": "e", "kind": "read", "occurred_at_ms": NOON}
SHORT = pack(read_note(1))


class TestWhatIsNoEvent:
    @pytest.mark.parametrize(
        ("version", "fields"),
        [
            (1, {**GOOD, "event_id": None}),
            (1, {**GOOD, "kind": "applause"}),
            (1, {**GOOD, "occurred_at_ms": "noon"}),
            (1, {**GOOD, "occurred_at_ms": 1.5}),
            (1, {**GOOD, "note": 7}),
            (1, {**GOOD, "labelled": 1}),
            (1, {**GOOD, "applause": 1}),
            (1, {"kind": "read", "occurred_at_ms": NOON}),
            (1, [1, 2]),
            ("1", GOOD),
        ],
    )
    def test_is_named_as_the_log_names_it(self, version: int, fields: object) -> None:
        with pytest.raises(LogDamaged, match="cannot be decoded") as caught:
            packed_table(recorded(version, fields))
        assert caught.value.params["offset"] == 1

    @pytest.mark.parametrize("cut", range(len(SHORT)))
    def test_cut_short_anywhere_is_named(self, cut: int) -> None:
        with pytest.raises(LogDamaged, match="damaged at offset 2"):
            packed_table(PackedSlice.of(1, [SHORT, SHORT[:cut], SHORT]))

    def test_with_more_behind_it_is_named(self) -> None:
        with pytest.raises(LogDamaged, match="damaged at offset 1"):
            packed_table(PackedSlice.of(1, [SHORT + b"\xc0", SHORT]))

    def test_of_a_later_program_says_so(self) -> None:
        with pytest.raises(SchemaTooNew):
            packed_table(recorded(99, GOOD))

    def test_with_a_field_that_says_it_is_unknown_is_an_event(self) -> None:
        batch = recorded(1, {**GOOD, "note": None})

        assert packed_table(batch).equals(table_of(batch.logged()))

    @given(data=st.data())
    @settings(max_examples=300)
    def test_bytes_changed_at_random_never_make_another_table(self, data: st.DataObject) -> None:
        record = bytearray(pack(read_note(1, amount_fen=300, labelled=True)))
        for _ in range(data.draw(st.integers(1, 3))):
            record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
        batch = PackedSlice.of(1, [bytes(record)])

        assert answer(lambda: packed_table(batch)) == answer(lambda: table_of(batch.logged()))


def answer(ask: Callable[[], Any]) -> object:
    """Give what a table holds, or what is said against it."""
    try:
        return ask().to_pylist()
    except (LogDamaged, SchemaTooNew, OverflowError) as error:
        return type(error), str(error)


class TestAbsorbing:
    def test_bytes_and_events_make_the_same_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(writer, "QUICK_ROWS_MIN", 1)
        events = [
            replace(read_note(number, at_ms=NOON - number % 4 * DAY_MS), kind=list(Kind)[number % 9])
            for number in range(300)
        ]
        batch = sliced(events)
        with ParquetLake(tmp_path / "quick") as quick, ParquetLake(tmp_path / "plain") as plain:
            quick.absorb_packed(batch)
            plain.absorb(batch.logged())
            assert quick.verify() == ()

        files = sorted(path.relative_to(tmp_path / "quick") for path in (tmp_path / "quick").rglob("*.parquet"))
        assert len(files) == 36
        for file in files:
            assert (tmp_path / "quick" / file).read_bytes() == (tmp_path / "plain" / file).read_bytes()

    def test_few_events_go_the_plain_way(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(decode, "packed_table", other_way)
        with ParquetLake(tmp_path) as lake:
            lake.absorb_packed(sliced([read_note(1)]))
            with pytest.raises(AssertionError, match="the other way"):
                lake.absorb_packed(sliced([read_note(number) for number in range(2, 2_100)], first=2))

            assert lake.position() == 1

    def test_what_was_absorbed_is_passed_over_and_a_hole_is_refused(self, tmp_path: Path) -> None:
        events = [read_note(number) for number in range(1, 11)]
        with ParquetLake(tmp_path) as lake:
            lake.absorb_packed(sliced(events[:6]))
            lake.absorb_packed(sliced(events[:6]))
            lake.absorb_packed(sliced(events[2:8], first=3))
            lake.absorb_packed(PackedSlice.of(9, []))
            with pytest.raises(LakeGap, match="waits for offset 9"):
                lake.absorb_packed(sliced(events[9:], first=10))

            assert lake.position() == 8
            assert lake.verify() == ()
