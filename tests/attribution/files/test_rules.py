"""Who gets the credit in files: against ten obvious lines, in every order of rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.files.desk import column_map, credit, run
from hongmao.attribution.api import NONE_LABEL
from hongmao.attribution.errors import ModelUnknown
from hongmao.attribution.files.errors import LabelTaken, MapIncomplete, TimesDisagree, WindowNotInDefinition
from hongmao.definitions.api import DefinitionUnknown
from hongmao.kernel.time import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

Touch = tuple[str, int, str]
DAY_S = 24 * HOUR_MS // 1000
SECONDS = st.sampled_from([0, 1, 60, DAY_S - 1, DAY_S, DAY_S + 1, 7 * DAY_S])
READERS = st.sampled_from(["r1", "r2", "r3"])
TOUCHES = st.lists(st.tuples(READERS, SECONDS, st.sampled_from(["a", "b", "c"])), max_size=8)
CONVERSIONS = st.lists(st.tuples(READERS, st.one_of(st.none(), SECONDS)), min_size=1, max_size=5)
CHART = column_map(
    conversions={"missing_time": "last_touch"}, time={"unit": "s", "kind": "relative"}
)  # fmt: skip


def oracle(
    touches: Sequence[Touch], conversions: Sequence[tuple[str, int | None]], *, model: str, window_s: float
) -> dict[str | None, int]:
    """Credit by key: among the reader's touches at or before the conversion and young enough, the last or first."""
    earned: dict[str | None, int] = {}
    for reader, told in conversions:
        mine = sorted((at, key) for who, at, key in touches if who == reader)
        at = told if told is not None else max((at for at, _ in mine), default=None)
        inside = [(when, key) for when, key in mine if at is not None and when <= at < when + window_s]
        key = None if not inside else inside[-1 if model == "last" else 0][1]
        earned[key] = earned.get(key, 0) + 1
    return earned


@settings(max_examples=40)
@given(TOUCHES, CONVERSIONS, st.randoms(use_true_random=False))
def test_files_are_credited_as_the_definition_says_in_any_order_of_rows(
    touches: list[Touch], conversions: list[tuple[str, int | None]], luck: Any
) -> None:
    with TemporaryDirectory() as folder:
        first, second = Path(folder, "t.csv"), Path(folder, "c.csv")
        luck.shuffle(touches)
        luck.shuffle(conversions)
        first.write_text("\n".join(["reader,time,key", *(f"{r},{t},{k}" for r, t, k in touches)]))
        second.write_text("\n".join(["reader,time", *(f"{r},{'' if t is None else t}" for r, t in conversions)]))
        for window, seconds in ((None, float("inf")), ("24h", DAY_S)):
            result, aside = run(first, second, CHART, models=("first", "last"), window=window)
            assert aside == []
            for model in ("first", "last"):
                assert credit(result, model) == oracle(touches, conversions, model=model, window_s=seconds)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "t.csv").write_text(
        "reader,time,key,n\nr1,2025-05-01 10:00,a,10\nr1,2025-05-01 10:00,b,9\nr1,2025-05-20,c,1\n"
    )
    (tmp_path / "c.csv").write_text("reader,time\nr1,2025-05-08 10:00\nr2,2025-05-08\nr1,2025-04-01\n")
    return tmp_path / "t.csv", tmp_path / "c.csv"


ISO = {"time": {"unit": "iso", "kind": "epoch"}}


def test_a_conversion_before_any_touch_is_kept(pair: tuple[Path, Path]) -> None:
    result, _ = run(*pair, column_map(**ISO))
    assert credit(result) == {"b": 1, None: 2}


def test_the_maps_order_decides_between_touches_of_one_instant(pair: tuple[Path, Path]) -> None:
    # By key b comes after a; by the number in column n, 10 comes after 9 although "10" < "9".
    result, _ = run(*pair, column_map(**ISO, touches={"order": "n"}))
    assert credit(result) == {"a": 1, None: 2}


def test_a_definition_brings_its_own_windows(pair: tuple[Path, Path]) -> None:
    result, _ = run(*pair, column_map(**ISO), models=(), definitions=("last_click", "first_click.v1"))
    assert list(result.shares) == [
        f"{d}/{w}" for d in ("last_click", "first_click") for w in ("24h", "7d", "15d", "30d")
    ]
    # The touch of 1 May 10:00 is exactly 7 d old at the conversion: out at 7d, in at 15d (ATTR-1).
    assert credit(result, "last_click/7d") == {None: 3}
    assert credit(result, "last_click/15d") == {"b": 1, None: 2}
    result, _ = run(*pair, column_map(**ISO), models=("first",), definitions=("last_click",))
    assert list(result.shares) == ["first", *(f"last_click/{w}" for w in ("24h", "7d", "15d", "30d"))]
    result, _ = run(*pair, column_map(**ISO), definitions=("last_click",), models=(), window="15d")
    assert list(result.shares) == ["last_click/15d"]


def test_a_job_that_cannot_be_done_is_refused_before_anything_is_read(pair: tuple[Path, Path]) -> None:
    for asked, error in (
        ({"models": ("lasst",)}, ModelUnknown),
        ({"definitions": ("cpuv",)}, DefinitionUnknown),
        ({"definitions": ("last_click.v7",)}, DefinitionUnknown),
        ({"definitions": ("last_click",), "window": "3d"}, WindowNotInDefinition),
    ):
        with pytest.raises(error):
            run(*pair, column_map(**ISO), **asked)
    with pytest.raises(MapIncomplete):
        run(*pair, column_map(**ISO, conversions={"time": None}))
    with pytest.raises(MapIncomplete):
        run(*pair, column_map(**ISO, conversions={"reader": ["reader", "time"]}))


def test_readers_of_several_columns_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("u,i,time,key\na,bc,1,x\nab,c,1,y\n")
    (tmp_path / "c.csv").write_text("u,i,time\nab,c,5\n")
    both = {"reader": ["u", "i"]}
    result, _ = run(tmp_path / "t.csv", tmp_path / "c.csv", column_map(touches=both, conversions=both))
    assert credit(result) == {"y": 1}


def test_times_of_two_kinds_are_not_compared(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("reader,time,key\nr1,100,a\n")
    (tmp_path / "c.csv").write_text("reader,time\nr1,2025-05-07\n")
    with pytest.raises(TimesDisagree):
        run(tmp_path / "t.csv", tmp_path / "c.csv", column_map(time={"unit": "auto", "kind": "auto"}))


def test_a_key_that_reads_like_no_touch_asks_for_another_label(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"reader,time,key\nr1,100,{NONE_LABEL}\n")
    (tmp_path / "c.csv").write_text("reader,time\nr1,100\nr2,100\n")
    with pytest.raises(LabelTaken):
        run(tmp_path / "t.csv", tmp_path / "c.csv", column_map())
    result, _ = run(tmp_path / "t.csv", tmp_path / "c.csv", column_map(), none_label="(nobody)")
    assert credit(result) == {NONE_LABEL: 1, None: 1}
