"""`hongmao paths`, as it is typed: what it prints, writes, refuses, and with which code it leaves."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hongmao.cli.paths import paths

if TYPE_CHECKING:
    from pathlib import Path

ROWS = (
    "path;total_conversions;total_conversion_value;total_null\n"
    "<b onload=x > b;3;30;9\nb;2;8;20\nb > <b onload=x > b;1;5;4\n;1;2;0\n<b onload=x;0;0;30\n"
)
MODELS = "first,last,linear,position,decay,markov:1,markov:2,shapley"


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "p.csv").write_text(ROWS)
    return str(tmp_path / "p.csv")


def typed(*args: str) -> Result:
    return CliRunner().invoke(paths, args)


def test_json_is_the_whole_answer_and_the_same_bytes_twice(file: str) -> None:
    first, second = (typed(file, "--models", MODELS, "--json") for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout_bytes == second.stdout_bytes
    answer = json.loads(first.stdout)
    assert list(answer) == ["inputs", "models", "details", "manifest"]
    assert list(answer["models"]) == MODELS.split(",")
    assert answer["models"]["last"] == {
        "<b onload=x": {"conversions": 0, "value": 0, "value_fen": 0},
        "b": {"conversions": 6, "value": 43, "value_fen": 4_300},
        "(none)": {"conversions": 1, "value": 2, "value_fen": 200},
    }
    told = {one["label"]: (one["model"], one["formula_en"]) for one in answer["manifest"]["models"]}
    assert told["decay"] == ("decay:position:1", "w = 2^(-(n - i) / 1) for touch i of n, normalised per path")
    assert told["shapley"][0] == "shapley:closed"
    assert set(answer["details"]["markov:2"]["removal_effect"]) == {"<b onload=x", "b"}


def test_out_leaves_the_same_bytes_and_paths_that_can_be_read_again(file: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert typed(file, "--models", MODELS, "--out", str(tmp_path / name), "--lang", "en").exit_code == 0
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert written == ["manifest.json", "models.csv", "paths.csv", "quarantine.csv", "report.html", "report.md"]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in written)
    again = typed(str(tmp_path / "one" / "paths.csv"), "--models", MODELS, "--json")
    assert json.loads(again.stdout)["models"] == json.loads(typed(file, "--models", MODELS, "--json").stdout)["models"]
    with (tmp_path / "one" / "models.csv").open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 8 * 3
    assert rows[0] == {
        "model": "first",
        "channel": "<b onload=x",
        "conversions": "3",
        "value": "30",
        "value_fen": "3000",
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_draws_every_model_and_says_the_same_in_tables(file: str, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "out"
    more = ("--models", MODELS, "--replicates", "50", "--out", str(out), "--lang", lang)
    assert typed(file, *more).exit_code == 0
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "<b onload" not in html
    assert "&lt;b onload=x" in html
    assert re.search(r"(https?:)?//[a-z]", html) is None
    # One drawing per model, one of lengths, one of the top paths; each of the last two has its table.
    assert html.count("<svg") == len(MODELS.split(",")) + 2
    assert html.count("<details>") == 2
    assert html.count('class="whisker"') > 0
    assert ("路径归因报告" in html) is (lang == "zh")
    markdown = (out / "report.md").read_text(encoding="utf-8")
    tables = [block.splitlines() for block in markdown.split("\n\n") if block.startswith("| ")]
    assert len(tables) == 7  # inputs, conversions, value, models, estimates, lengths, top paths
    assert all(len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1 for table in tables)
    # What the bars draw stands in the table of conversions.
    for figure in re.findall(r'<text x="272"[^>]*>([^<]+)</text>', html):
        assert figure in markdown


def test_a_person_reads_tables_and_the_notes_beside_them(file: str) -> None:
    result = typed(file, "--models", "last,linear", "--lang", "en")
    totals = [line.split() for line in result.stdout.splitlines() if line.startswith("Total")]
    assert totals == [["Total", "7", "7"], ["Total", "45", "45"]]
    assert "1 conversions had no touch and are under (none)." in result.stderr
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("more", "lang", "code", "says"),
    [
        (("--models", "lasst"), "en", 2, "no attribution model 'lasst'"),
        (("--models", "decay:168h"), "en", 1, "needs times, and aggregated paths have none"),
        (("--models", "decay:168h"), "zh", 1, "需要时间"),
        (("--models", "markov:9"), "en", 2, "markov"),
        (("--models", "shapley:loo"), "en", 1, "no Shapley value but leave-one-out"),
        (("--models", "shapley,shapley:closed"), "en", 2, "shapley, shapley:closed are one model"),
        (("--path-column", "route"), "en", 2, "p.csv has no column route"),
        (("--map", "nowhere.toml"), "en", 2, "Cannot read the file nowhere.toml"),
        (("--none-label", "b"), "zh", 2, "数据中有名为“b”的触点"),
        (("--cut", "never"), "en", 2, "--cut"),
        (("--touch-time", "t", "--window", "soon"), "en", 2, "'soon' is no length of time"),
        (("--touch-time", "t", "--unit", "fen"), "en", 2, "--unit is about a file of paths"),
        (("one", "too many"), "en", 2, "TOUCHES and CONVERSIONS"),
    ],
)
def test_what_cannot_be_done_leaves_with_a_code_and_a_sentence(
    file: str, more: tuple[str, ...], lang: str, code: int, says: str
) -> None:
    result = typed(file, *more, "--lang", lang)
    assert result.exit_code == code, result.output
    assert says in result.stderr
    assert result.stdout == ""


def test_custom_weights_may_hold_commas(file: str) -> None:
    answer = json.loads(typed(file, "--models", "custom:max(position, 2) / count,last", "--json").stdout)
    assert list(answer["models"]) == ["custom:max(position, 2) / count", "last"]


def test_a_map_is_refused_with_its_line(file: str, tmp_path: Path) -> None:
    chart = tmp_path / "map.toml"
    chart.write_text('name = "x"\n[paths]\npath = "path"\nconversion = "c"\n')
    result = typed(file, "--map", str(chart), "--lang", "en")
    assert (result.exit_code, "map.toml:4" in result.stderr, "paths.conversion" in result.stderr) == (2, True, True)


def test_stability_tells_how_much_moves_where_less_is_seen(file: str, tmp_path: Path) -> None:
    more = ("--models", "last,markov:1", "--stability", "--lang", "en")
    answer = json.loads(typed(file, *more, "--json").stdout)
    moved = answer["details"]["markov:1"]["stability"]
    assert set(moved) == set(answer["details"]["last"]["stability"])
    assert all(0 <= one <= 1 for one in moved.values())
    assert "stability" not in json.loads(typed(file, "--models", "last", "--json").stdout)["details"]["last"]
    assert typed(file, *more, "--out", str(tmp_path / "out")).exit_code == 0
    for name in ("report.md", "report.html"):
        assert "Stability: credit that moves where less is seen" in (tmp_path / "out" / name).read_text()


def test_channels_may_be_grouped_for_markov(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "path;total_conversions;total_null\nn1 > n2 > s;5;3\nn2 > s;2;9\nn3;1;7\ns > n1;4;6\n"
    )
    (tmp_path / "g.csv").write_text("channel,group\nn1,anna\nn2,anna\nn3,ben\ns,search\n")
    run = (str(tmp_path / "p.csv"), "--models", "markov:1,shapley", "--json", "--lang", "en")
    alone = json.loads(typed(*run).stdout)
    grouped = json.loads(typed(*run, "--groups", str(tmp_path / "g.csv")).stdout)
    assert grouped["details"]["markov:1"]["states"] == 3 < alone["details"]["markov:1"]["states"] == 4
    for answer in (alone, grouped):
        assert sum(one["conversions"] for one in answer["models"]["markov:1"].values()) == pytest.approx(12)
    # Within a group, credit goes by the closed Shapley shares of its channels.
    notes, shares = grouped["models"]["markov:1"], grouped["models"]["shapley"]
    assert notes["n1"]["conversions"] / notes["n2"]["conversions"] == pytest.approx(
        shares["n1"]["conversions"] / shares["n2"]["conversions"]
    )
    for wrong, line in (("note,creator\n", 1), ("channel,group\nn1\n", 2), ("channel,group\nn1,a\nn1,b\n", 3)):
        (tmp_path / "g.csv").write_text(wrong)
        result = typed(*run, "--groups", str(tmp_path / "g.csv"))
        assert (result.exit_code, f"g.csv:{line} should be a channel and its group" in result.stderr) == (2, True)
