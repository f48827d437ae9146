"""`hongmao attribute`, as it is typed: what it prints, writes, refuses, and with which code it leaves."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from hongmao.cli.attribute import attribute
from hongmao.definitions.api import load_registry

if TYPE_CHECKING:
    from pathlib import Path

TOUCHES = 'reader,time,key,colour\nr1,2025-05-07 10:00,a,red\nr1,2025-05-08,<script>alert(1)</script>|*b*,red\nr2,oops,a,red\n"r3\n'
CONVERSIONS = "reader,time,paid\nr1,2025-05-09,12.34\nr2,2025-05-09,1\nr9,2025-05-09,\n"
FLAGS = ("--touch-time", "time", "--conversion-time", "time", "--conversion-value", "paid")


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    (tmp_path / "t.csv").write_text(TOUCHES)
    (tmp_path / "c.csv").write_text(CONVERSIONS)
    return [str(tmp_path / "t.csv"), str(tmp_path / "c.csv")]


def typed(*args: str) -> Result:
    return CliRunner().invoke(attribute, args)


def test_json_is_the_whole_answer_and_the_same_bytes_twice(pair: list[str]) -> None:
    first, second = (typed(*pair, *FLAGS, "--models", "first,last", "--json") for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout_bytes == second.stdout_bytes
    answer = json.loads(first.stdout)
    assert list(answer) == ["inputs", "models", "manifest"]
    assert answer["models"] == {
        "first": {"a": {"conversions": 1, "value_fen": 1_234}, "(none)": {"conversions": 2, "value_fen": 100}},
        "last": {
            "<script>alert(1)</script>|*b*": {"conversions": 1, "value_fen": 1_234},
            "(none)": {"conversions": 2, "value_fen": 100},
        },
    }
    assert isinstance(answer["models"]["last"]["(none)"]["conversions"], int)
    inputs = answer["inputs"]
    assert (inputs["touch_rows"], inputs["touches"], inputs["touches_quarantined"]) == (4, 2, 2)
    assert (inputs["conversions"], inputs["conversions_without_value"]) == (3, 1)
    manifest = answer["manifest"]
    assert manifest["inputs"][0]["sha256"] == hashlib.sha256(TOUCHES.encode()).hexdigest()
    assert manifest["inputs"][0]["unused_columns"] == ["colour"]
    assert {one["fingerprint"] for one in manifest["definitions"]} == {
        load_registry().attribution(name).fingerprint for name in ("first", "last")
    }


def test_out_leaves_credits_report_quarantine_and_manifest(pair: list[str], tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert typed(*pair, *FLAGS, "--out", str(tmp_path / name), "--lang", "en").exit_code == 0
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert written == ["credits.parquet", "manifest.json", "quarantine.csv", "report.html", "report.md"]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in written)
    rows = pq.read_table(tmp_path / "one" / "credits.parquet").to_pylist()
    assert [(row["conversion_row"], row["touch_row"], row["fen:last"], row["reason"]) for row in rows] == [
        (2, 3, 1_234, None),
        (3, None, 100, "no_touch"),
        (4, None, None, "no_touch"),
    ]
    assert sum(row["credit:last"] for row in rows) == 3_000_000
    with (tmp_path / "one" / "quarantine.csv").open(newline="") as file:
        aside = list(csv.DictReader(file))
    assert [(row["file"], row["row"], row["field"], row["code"], row["raw"]) for row in aside] == [
        ("t.csv", "4", "time", "time_unreadable", "r2,oops,a,red"),
        ("t.csv", "5", "", "quote_unclosed", '"r3'),
    ]
    assert all(row["reason_zh"] and row["reason_en"] for row in aside)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_shows_data_as_text_and_needs_nothing_from_outside(
    pair: list[str], tmp_path: Path, lang: str
) -> None:
    assert typed(*pair, *FLAGS, "--out", str(tmp_path / "out"), "--lang", lang).exit_code == 0
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;|*b*" in html
    assert re.search(r"(https?:)?//[a-z]", html) is None
    assert html.count("<svg") == 1
    assert ("归因报告" in html) is (lang == "zh")
    markdown = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert r"\<script\>alert\(1\)\</script\>\|\*b\*" in markdown
    # Every table row of the Markdown has as many cells as its heading.
    tables = [block.splitlines() for block in markdown.split("\n\n") if block.startswith("| ")]
    assert all(len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1 for table in tables)


def test_a_person_reads_a_table_and_the_notes_beside_it(pair: list[str]) -> None:
    result = typed(*pair, *FLAGS, "--lang", "en", "--models", "first")
    assert result.stdout.splitlines()[-1].split() == ["Total", "3", "13.34*"]
    assert "touches: 1 × quote_unclosed" in result.stderr
    assert "\x1b" not in result.output


def test_nothing_usable_leaves_with_1_and_still_writes_the_report(pair: list[str], tmp_path: Path) -> None:
    result = typed(*pair, *FLAGS, "--conversion-where", "reader=nobody", "--out", str(tmp_path / "out"), "--lang", "zh")
    assert result.exit_code == 1
    assert "没有可用的转化" in result.stderr
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("more", "lang", "says"),
    [
        (("--touch-key", "campaign"), "en", "t.csv has no column campaign; it has reader, time, key, colour"),
        (("--touch-key", "campaign"), "zh", "t.csv 中没有列 campaign；现有的列：reader, time, key, colour"),
        (("--models", "lasst"), "en", "no attribution model 'lasst'; there are last, first"),
        (("--window", "soon"), "zh", "“soon”不是时长"),
        (("--definition", "nothing"), "en", "no definition nothing"),
        (("--map", "nowhere.toml"), "en", "Cannot read the file nowhere.toml"),
        (("--touch-where", "colour"), "en", "COLUMN=VALUE"),
        (("--time-zone", "CST"), "en", "time.zone"),
        (("--by", "week"), "en", "--by"),
        (("one too many",), "en", "TOUCHES and CONVERSIONS"),
    ],
)
def test_what_cannot_be_understood_leaves_with_2_and_a_sentence(
    pair: list[str], more: tuple[str, ...], lang: str, says: str
) -> None:
    result = typed(*pair, *FLAGS, *more, "--lang", lang)
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert result.stdout == ""


def test_a_map_is_refused_with_its_line(pair: list[str], tmp_path: Path) -> None:
    chart = tmp_path / "map.toml"
    chart.write_text('name = "x"\n[touches]\ntime = "time"\nreeder = "r"\n')
    result = typed(*pair, "--map", str(chart), "--lang", "en")
    assert (result.exit_code, "map.toml:4" in result.stderr, "touches.reeder" in result.stderr) == (2, True, True)


def test_flags_stand_above_the_map_and_a_folder_is_searched_by_it(pair: list[str], tmp_path: Path) -> None:
    chart = tmp_path / "map.toml"
    chart.write_text(
        '[touches]\nfile = "t.csv"\ntime = "time"\nkey = "key"\n[conversions]\nfile = "c.csv"\ntime = "time"\n'
        'where = { reader = ["r1", "r2"] }\n'
    )
    answer = json.loads(typed("--map", str(chart), str(tmp_path), "--touch-key", "colour", "--json").stdout)
    assert answer["models"] == {
        "last": {"red": {"conversions": 1, "value_fen": None}, "(none)": {"conversions": 1, "value_fen": None}}
    }
    chart.write_text('[touches]\ntime = "time"\n[conversions]\ntime = "time"\n')
    assert typed("--map", str(chart), str(tmp_path)).exit_code == 2
    assert pair
