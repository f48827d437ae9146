"""The judge is judged: a lake and a book made by hand, right but for one event, and he names that one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hongmao.bus.embedded import EmbeddedLog
from hongmao.chaos.judge import judge
from hongmao.engines.lake import ParquetLake
from hongmao.events.api import Event, Kind, Sink
from hongmao.storage.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[str, str, str | None, str | None]
SOUND: list[Row] = [
    *((f"read-{n}", "read", None, None) for n in range(50)),
    *((f"evt-{n}", "component_click", f"click-{n}", None) for n in range(20)),
    *((f"sandbox-{n}", "visit", None, f"v-{n}") for n in range(10)),
    ("batch-1", "return_batch", None, None),
]
ACKED = {
    *(("event", f"read-{n}") for n in range(50)),
    *(("tap", f"click-{n}") for n in range(20)),
    *(("return", f"v-{n}") for n in range(10)),
}


class Kept:
    """What lies on the disk when a drill is over."""

    def __init__(self, folder: Path) -> None:
        self.lake, self.state = folder / "lake", folder / "state.sqlite"
        self.lake.mkdir()
        with closing(sqlite3.connect(self.state)) as database, database:
            database.execute("CREATE TABLE charges (event_id, link_id, impression, amount_fen)")
        self.charge(*(row[0] for row in SOUND if row[1] == "component_click"))

    def put(self, *parts: list[Row], named: int | None = None) -> Kept:
        """Write each part as a file; the manifest names all of them, or the first `named`."""
        files = []
        for number, rows in enumerate(parts):
            columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
            table = pa.table(columns, names=["event_id", "kind", "click_id", "ref"])
            pq.write_table(table, self.lake / f"part-{number}.parquet")
            files.append({"path": f"part-{number}.parquet", "rows": len(rows)})
        (self.lake / "manifest.json").write_text(json.dumps({"files": files[:named]}))
        return self

    def charge(self, *events: str, impression: str | None = None, fen: int = 1) -> None:
        with closing(sqlite3.connect(self.state)) as database, database:
            rows = [(event, "link-1", impression, fen) for event in events]
            database.executemany("INSERT INTO charges VALUES (?, ?, ?, ?)", rows)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_a_house_that_kept_its_word_stands(kept: Kept) -> None:
    kept.put(SOUND[:40], SOUND[40:])
    verdict = judge(acked=ACKED, lake=kept.lake, state=kept.state)
    assert verdict.sound
    assert (verdict.acked, verdict.lost, verdict.doubled, verdict.uncharged, verdict.unacked_kept) == (
        80,
        (),
        (),
        (),
        0,
    )
    assert (verdict.events, verdict.charges) == (81, 20)


@pytest.mark.parametrize(("gone", "named"), [(7, "event read-7"), (53, "tap click-3"), (75, "return v-5")])
def test_it_finds_one_lost(kept: Kept, gone: int, named: str) -> None:
    kept.put([row for place, row in enumerate(SOUND) if place != gone])
    verdict = judge(acked=ACKED, lake=kept.lake, state=kept.state)
    assert verdict.lost == (named,)
    assert not verdict.doubled
    assert not verdict.sound


@pytest.mark.parametrize("place", [7, 53, 75, 80])
def test_it_finds_one_doubled_in_the_same_file_or_another(kept: Kept, place: int) -> None:
    for parts in ([*SOUND, SOUND[place]],), (SOUND, [SOUND[place]]):
        verdict = judge(acked=ACKED, lake=kept.put(*parts).lake, state=kept.state)
        assert f"event id {SOUND[place][0]}, 2 times" in verdict.doubled
        assert not verdict.lost
        assert not verdict.sound


def test_it_finds_one_act_under_two_event_ids(kept: Kept) -> None:
    kept.put(SOUND, [("sandbox-other", "visit", None, "v-5")])
    verdict = judge(acked=ACKED, lake=kept.lake, state=kept.state)
    assert verdict.doubled == ("return v-5, 2 times",)
    assert not verdict.sound


def test_it_finds_one_charge_doubled(kept: Kept) -> None:
    kept.put(SOUND).charge("evt-4")
    verdict = judge(acked=ACKED, lake=kept.lake, state=kept.state)
    assert verdict.doubled == ("charge of evt-4, 2 times",)
    assert not verdict.sound


def test_it_finds_one_impression_paid_for_twice(kept: Kept) -> None:
    kept.put([*SOUND, ("evt-20", "component_click", "click-20", None), ("evt-21", "component_click", "click-21", None)])
    kept.charge("evt-20", "evt-21", impression="imp-1")
    verdict = judge(acked=ACKED, lake=kept.lake, state=kept.state)
    assert verdict.doubled == ("charges of one impression, 2 times: link-1 imp-1",)


def test_it_finds_one_click_that_was_never_charged_and_one_charge_without_a_click(kept: Kept) -> None:
    kept.put([*SOUND, ("evt-20", "component_click", "click-20", None)]).charge("evt-99")
    verdict = judge(acked=ACKED, lake=kept.lake, state=kept.state)
    assert verdict.uncharged == ("evt-20", "evt-99")
    assert verdict.unacked_kept == 1
    assert not verdict.sound


def test_a_file_that_no_manifest_names_is_no_part_of_the_lake(kept: Kept) -> None:
    kept.put(SOUND[:80], SOUND, named=1)
    assert judge(acked=ACKED, lake=kept.lake, state=kept.state).sound
    kept.put(SOUND[:79], SOUND, named=1)
    assert judge(acked=ACKED, lake=kept.lake, state=kept.state).lost == ("return v-9",)


def test_where_nothing_was_acked_nothing_is_proved(kept: Kept) -> None:
    kept.put(SOUND)
    assert not judge(acked=set(), lake=kept.lake, state=kept.state).sound


def test_it_reads_what_the_house_itself_writes(tmp_path: Path) -> None:
    # 7 May: one act of each kind that clients send, through the real log, the real sink and the real tables.
    at = 1_746_590_400_000
    acts = [
        Event(event_id="read-1", kind=Kind.READ, note="n", reader="r", occurred_at_ms=at),
        Event(event_id="evt-1", kind=Kind.COMPONENT_CLICK, click_id="click-1", note="n", link="l", occurred_at_ms=at),
        Event(event_id="sandbox-1", kind=Kind.VISIT, ref="v-1", platform="sandbox", occurred_at_ms=at),
        Event(event_id="batch-1", kind=Kind.RETURN_BATCH, platform="sandbox", occurred_at_ms=at),
    ]
    with EmbeddedLog(tmp_path / "log") as log, ParquetLake(tmp_path / "lake") as lake:
        log.append(acts).result(30)
        Sink(log, lake).drain()
    database = open_database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    database.migrate()
    database.close()
    verdict = judge(
        acked={("event", "read-1"), ("tap", "click-1"), ("return", "v-1"), ("event", "read-2")},
        lake=tmp_path / "lake",
        state=tmp_path / "state.sqlite",
    )
    assert (verdict.lost, verdict.doubled, verdict.uncharged) == (("event read-2",), (), ("evt-1",))
    assert (verdict.events, verdict.unacked_kept) == (4, 0)
