"""A derived table in parts: old or new as a whole, whatever happens in between, and nothing written twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.engines.lake import Derived, derived, snapshot
from hongmao.engines.tables import DuckTables
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA = pa.schema([("definition_id", pa.string()), ("event_day", pa.date32()), ("value_fen", pa.int64())])
DAYS = ("2025-05-07", "2025-05-08", "2025-05-09")
Content = dict[str, tuple[int, ...]]


def rows_of(day: str, values: tuple[int, ...]) -> pa.Table:
    dates = pa.array([day] * len(values)).cast(pa.date32())
    return pa.table({"definition_id": ["last_click"] * len(values), "event_day": dates, "value_fen": values}, SCHEMA)


def publish(publisher: Derived, content: Content) -> snapshot.Snapshot:
    """Publish a table by days, keeping the parts of the days that are as they were."""
    draft = publisher.draft("credits", SCHEMA)
    for day, values in sorted(content.items()):
        draft.put(rows_of(day, values), (("definition_id", "last_click"), ("event_day", day)))
    return publisher.replace("credits", draft, columns=tuple(SCHEMA.names), about={"days": len(content)})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture(params=[300_000, 0], ids=["warm", "files"])
def tables(root: Path, request: pytest.FixtureRequest) -> Iterator[DuckTables]:
    opened = DuckTables(root, empty={"credits": SCHEMA}, warm_rows_max=request.param)
    yield opened
    opened.close()


def shown(tables: DuckTables) -> Content:
    found: dict[str, list[int]] = {}
    for row in tables.rows("SELECT * FROM credits ORDER BY event_day, value_fen"):
        assert row["definition_id"] == "last_click"
        found.setdefault(str(row["event_day"]), []).append(int(str(row["value_fen"])))
    return {day: tuple(values) for day, values in found.items()}


def files(root: Path) -> dict[str, int]:
    folder = root / snapshot.FOLDER / "credits" / snapshot.PARTS
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def test_only_what_changed_is_written_and_old_files_live_one_generation_longer(root: Path, tables: DuckTables) -> None:
    publisher = Derived(root)
    # 7 May: two days. 8 May: the second day gets a row more, and a third begins.
    publish(publisher, {DAYS[0]: (1, 2), DAYS[1]: (3,)})
    assert shown(tables) == {DAYS[0]: (1, 2), DAYS[1]: (3,)}
    before = files(root)
    publish(publisher, {DAYS[0]: (1, 2), DAYS[1]: (3, 4), DAYS[2]: (5,)})
    assert shown(tables) == {DAYS[0]: (1, 2), DAYS[1]: (3, 4), DAYS[2]: (5,)}
    after = files(root)
    assert before.items() <= after.items()
    assert len(after) == 4
    # 9 May: the same again. What the first snapshot alone had is gone.
    publish(publisher, {DAYS[0]: (1, 2), DAYS[1]: (3, 4), DAYS[2]: (5,)})
    assert files(root).items() <= after.items()
    assert len(files(root)) == 3


def test_the_same_rows_have_the_same_names_wherever_they_are_written(root: Path, tmp_path: Path) -> None:
    here, there = Derived(root), Derived(tmp_path / "beside")
    publish(here, {DAYS[0]: (1,)})
    grown = publish(here, {DAYS[0]: (1, 2), DAYS[1]: (3,)})
    made = publish(there, {DAYS[0]: (1, 2), DAYS[1]: (3,)})
    assert grown.parts == made.parts
    assert grown.checksum == made.checksum
    assert publish(there, {DAYS[0]: (1, 2), DAYS[1]: (4,)}).checksum != made.checksum
    for part in made.parts:
        mine, other = (each.folder("credits") / part.path for each in (here, there))
        assert mine.read_bytes() == other.read_bytes()


def test_the_snapshot_says_what_its_publisher_told_it(root: Path) -> None:
    made = publish(Derived(root), {DAYS[0]: (1, 2), DAYS[1]: (3,)})
    read = Derived(root).current("credits")
    assert read == made
    assert (read.rows, bytes(read.about)) == (3, b'{"days":2}')
    assert [dict(part.key)["event_day"] for part in read.parts] == [DAYS[0], DAYS[1]]


def test_a_query_for_one_day_opens_the_files_of_that_day_only(root: Path) -> None:
    publish(Derived(root), {day: (number,) for number, day in enumerate(DAYS)})
    for path in (root / snapshot.FOLDER / "credits").rglob("event_day=2025-05-0[89]/*.parquet"):
        path.write_bytes(b"no Parquet at all")
    tables = DuckTables(root, empty={"credits": SCHEMA}, warm_rows_max=0)
    assert tables.rows("SELECT value_fen FROM credits WHERE event_day = DATE '2025-05-07'") == [{"value_fen": 0}]
    tables.close()


class Power:
    """Goes out at the n-th act on the disk."""

    def __init__(self, patch: pytest.MonkeyPatch, acts: int) -> None:
        self.left = acts
        for module in (derived, snapshot):
            for act in ("write_whole", "sync_folder"):
                patch.setattr(module, act, self._counted(getattr(module, act)))

    def _counted(self, act: Any) -> Any:
        def cut(*given: Any) -> None:
            if self.left == 0:
                raise OSError("the power is gone")
            self.left -= 1
            act(*given)

        return cut


CONTENTS = st.dictionaries(st.sampled_from(DAYS), st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple))


@given(st.lists(CONTENTS, min_size=2, max_size=4), st.data())
def test_a_crash_at_any_moment_leaves_the_old_table_or_the_new(
    tmp_path_factory: pytest.TempPathFactory, contents: list[Content], data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("lake")
    tables = DuckTables(root, empty={"credits": SCHEMA}, warm_rows_max=data.draw(st.sampled_from([0, 100])))
    standing: Content = {}
    for content in contents:
        wanted = {day: tuple(sorted(values)) for day, values in content.items()}
        with pytest.MonkeyPatch.context() as patch:
            power = Power(patch, data.draw(st.integers(0, 12), label="acts before the power goes"))
            try:
                publish(Derived(root), wanted)
            except OSError:
                # The pointer is the last file written: it alone decides, and it was either replaced or not.
                assert shown(tables) in (standing, wanted)
            else:
                assert shown(tables) == wanted
                assert power.left >= 0
        standing = shown(tables)
    publish(Derived(root), wanted)
    publish(Derived(root), wanted)
    assert shown(tables) == wanted
    assert len(files(root)) == len(wanted)
    tables.close()


def test_a_snapshot_that_is_lost_or_broken_is_a_named_error(root: Path, tables: DuckTables) -> None:
    publish(Derived(root), {DAYS[0]: (1,)})
    path = root / snapshot.FOLDER / "credits" / "000001.json"
    path.write_text("{")
    with pytest.raises(LakeDamaged, match="000001"):
        tables.rows("SELECT * FROM credits")
    path.unlink()
    with pytest.raises(LakeDamaged, match="missing"):
        tables.rows("SELECT * FROM credits")


def test_a_value_that_could_leave_its_folder_names_none(root: Path) -> None:
    draft = Derived(root).draft("credits", SCHEMA)
    with pytest.raises(ValueError, match="cannot name folders"):
        draft.put(rows_of(DAYS[0], (1,)), (("definition_id", "../x"),))


def test_a_table_of_a_release_without_parts_is_made_again(root: Path, tables: DuckTables) -> None:
    folder = root / snapshot.FOLDER / "credits"
    (folder / "000007").mkdir(parents=True)
    (folder / "000007" / "part.parquet").write_bytes(b"whatever it was")
    (folder / snapshot.POINTER).write_text("000007")
    assert shown(tables) == {}
    assert Derived(root).current("credits") == snapshot.EMPTY
    publish(Derived(root), {DAYS[0]: (1,)})
    assert shown(tables) == {DAYS[0]: (1,)}
    assert sorted(path.name for path in folder.iterdir()) == ["000001.json", "CURRENT", "parts"]
