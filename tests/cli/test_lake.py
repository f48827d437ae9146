"""`hongmao lake` and `hongmao replay`, as a person or a script types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from click.testing import CliRunner

from events.strategies import NOON, read_note
from hongmao.cli.lake import lake
from hongmao.cli.main import exit_code
from hongmao.cli.replay import replay
from hongmao.engines.lake import Derived, ParquetLake
from hongmao.events.api import LakeBusy, LakeMissing, Logged
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HONGMAO_HOME", str(tmp_path))
    monkeypatch.setenv("HONGMAO_LANG", "en")
    return tmp_path / "lake"


@pytest.fixture
def filled(root: Path) -> Path:
    """Three reads a day from 7 to 9 May, each absorbed alone, and a derived table."""
    with ParquetLake(root) as opened:
        for number in range(1, 10):
            event = read_note(number, at_ms=NOON + (number - 1) // 3 * DAY_MS)
            opened.absorb([Logged(number, event)])
    Derived(root).publish("scores", pa.table({"note": ["note-1"], "score": [3]}))
    return root


def run(*args: str) -> Result:
    return CliRunner().invoke(lake, list(args))


def test_verify_says_what_it_has_read(filled: Path) -> None:
    assert filled.is_dir()
    told = run("verify", "--json")

    assert told.exit_code == 0
    found = json.loads(told.stdout)
    assert found == {
        "bytes": found["bytes"],
        "events": 9,
        "faults": [],
        "files": 9,
        "position": 9,
        "sound": True,
        "tables": {"scores": 1},
    }
    assert run("verify").stdout.startswith("lake sound\n")


@pytest.mark.parametrize("folder", ["events", "derived"])
def test_verify_names_a_flipped_bit_and_exits_with_one(filled: Path, folder: str) -> None:
    path = max((filled / folder).rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    told = run("verify", "--json")

    assert told.exit_code == 1
    found = json.loads(told.stdout)
    assert not found["sound"]
    assert path.relative_to(filled).as_posix() in found["faults"][0]
    assert "hongmao rebuild" in told.stderr


def test_verify_works_while_the_lake_has_a_writer(filled: Path) -> None:
    with ParquetLake(filled):
        assert run("verify").exit_code == 0
        refused = run("compact")
    assert isinstance(refused.exception, LakeBusy)
    assert exit_code(refused.exception) == 3


@pytest.mark.parametrize("verb", [("verify",), ("compact",), ("export", "--out", "events.csv")])
def test_a_folder_without_a_lake_is_no_empty_lake(root: Path, verb: tuple[str, ...]) -> None:
    told = run(*verb)

    assert isinstance(told.exception, LakeMissing)
    assert str(root) in told.exception.message("zh")
    assert not root.exists()


def test_compact_makes_one_file_of_a_day_and_kind(filled: Path) -> None:
    assert filled.is_dir()
    done = json.loads(run("compact", "--json").stdout)

    assert (done["files_before"], done["files"], done["events"]) == (9, 3, 9)
    assert run("verify").exit_code == 0
    again = json.loads(run("compact", "--json").stdout)
    assert (again["files_before"], again["files"]) == (3, 3)


def test_export_takes_days_kinds_and_columns(filled: Path, tmp_path: Path) -> None:
    assert filled.is_dir()
    out = tmp_path / "events.csv"

    told = run(
        "export", "--from", "2025-05-08", "--to", "2025-05-08", "--kind", "read", "--kind", "like",
        "--columns", "event_id, day", "--out", str(out), "--json",
    )  # fmt: skip

    assert json.loads(told.stdout) == {"events": 3, "bytes": out.stat().st_size, "out": str(out)}
    assert out.read_text().splitlines() == [
        '"event_id","day"',
        '"evt-000004","2025-05-08"',
        '"evt-000005","2025-05-08"',
        '"evt-000006","2025-05-08"',
    ]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("--out", "events.xlsx"), "ends with none of .parquet, .csv, .jsonl"),
        (("--out", "nowhere/events.csv"), "there is no folder nowhere"),
        (("--out", "e.csv", "--columns", "note,nota"), "no column is called nota"),
        (("--out", "e.csv", "--columns", " ,"), "no column is named"),
        (("--out", "e.csv", "--kind", "applause"), "applause"),
        (("--out", "e.csv", "--from", "2025-05-09", "--to", "2025-05-08"), "--to is before --from"),
        (("--out", "e.csv", "--from", "yesterday"), "yesterday"),
        ((), "--out"),
    ],
)
def test_export_refuses_what_it_cannot_understand(filled: Path, args: tuple[str, ...], why: str) -> None:
    assert filled.is_dir()
    told = run("export", *args)

    assert told.exit_code == 2
    assert why in told.stderr


def test_replay_speaks_lines_and_counts_beside_them(filled: Path) -> None:
    assert filled.is_dir()
    told = CliRunner().invoke(replay, ["--to", "2025-05-08", "--columns", "offset,event_id", "--json"])

    assert told.exit_code == 0
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert lines == [{"offset": number, "event_id": f"evt-{number:06d}"} for number in range(1, 7)]
    assert json.loads(told.stderr) == {"events": 6}


def test_replay_writes_a_file_and_counts_on_standard_output(filled: Path, tmp_path: Path) -> None:
    assert filled.is_dir()
    told = CliRunner().invoke(replay, ["--out", str(tmp_path / "again.jsonl"), "--json"])

    assert json.loads(told.stdout) == {"events": 9}
    first = json.loads((tmp_path / "again.jsonl").read_text().splitlines()[0])
    assert first["kind"] == "read"
    assert "amount_fen" not in first
