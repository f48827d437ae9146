"""Exports as GA4 and Snowplow write them, through the maps that ship with us; the same story in every dress."""

from __future__ import annotations

import csv
import gzip
import json
import resource
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from hongmao.cli.attribute import attribute
from hongmao.cli.paths import paths
from shared import ROOT

HERE = Path(__file__).parent / "exports"
GA4, SNOWPLOW = HERE / "ga4-events.jsonl", HERE / "snowplow-events.tsv"
MAPS = {"ga4": str(ROOT / "examples/ga4.toml"), "snowplow": str(ROOT / "examples/snowplow.toml")}


def typed(*args: str) -> Result:
    return CliRunner().invoke(paths, [*args, "--json", "--lang", "en"])


def answered(*args: str) -> dict[str, Any]:
    result = typed(*args)
    assert result.exit_code == 0, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def earned(answer: dict[str, Any], label: str) -> dict[str, tuple[float, float | None]]:
    return {
        channel: (share["conversions"], share["value"])
        for channel, share in answer["models"][label].items()
        if share["conversions"]
    }


def written(folder: Path) -> dict[str, tuple[str, str]]:
    with (folder / "paths.csv").open(newline="") as file:
        return {
            row["path"]: (row["total_conversions"], row["total_null"]) for row in csv.DictReader(file, delimiter=";")
        }


def test_ga4_sessions_become_paths(tmp_path: Path) -> None:
    answer = answered("--map", MAPS["ga4"], str(GA4), "--models", "first,last", "--out", str(tmp_path))
    # u1: paid social on the 7th, paid search and a purchase on the 9th (told twice), e-mail on the 20th.
    # u2: organic search, then direct and a purchase. u3: a link from elsewhere, then nothing known. u4: an affiliate.
    # u5 buys without ever having come.
    assert written(tmp_path) == {
        "": ("1", "0"),
        "Email": ("0", "1"),
        "Organic search > Direct": ("1", "0"),
        "Paid social > Paid search": ("1", "0"),
        "Referral > Direct": ("0", "1"),
        "partner / affiliate": ("0", "1"),
    }
    assert earned(answer, "first") == {"Paid social": (1, 299), "Organic search": (1, 89.5), "(none)": (1, 12)}
    assert earned(answer, "last") == {"Paid search": (1, 299), "Direct": (1, 89.5), "(none)": (1, 12)}
    inputs = answer["inputs"]
    assert (inputs["touch_rows"], inputs["touches"], inputs["touches_not_selected"]) == (13, 8, 5)
    assert (inputs["conversion_rows"], inputs["conversions"], inputs["conversions_quarantined"]) == (13, 3, 1)
    assert inputs["touches_on_paths"] == inputs["touches"]
    assert answer["manifest"]["options"]["cut"] == "every"


def test_snowplow_page_views_become_paths(tmp_path: Path) -> None:
    answer = answered("--map", MAPS["snowplow"], str(SNOWPLOW), "--models", "last", "--out", str(tmp_path))
    assert written(tmp_path) == {
        "": ("1", "0"),
        "Email": ("0", "1"),
        "Organic search > Direct": ("1", "0"),
        "Referral": ("0", "1"),
        "xiaohongshu / paid_social > Paid search": ("1", "0"),
    }
    # An event that was loaded twice counts once, and one of nobody is set aside: both by row.
    with (tmp_path / "quarantine.csv").open(newline="") as file:
        aside = [(row["role"], row["row"], row["code"]) for row in csv.DictReader(file)]
    assert aside == [("touches", "4", "id_twice"), ("touches", "11", "reader_missing")]
    assert answer["inputs"]["touches_quarantined"] == 2


def packed(folder: Path, kind: str) -> Path:
    """Write the GA4 sample in another dress."""
    events = [json.loads(line) for line in GA4.read_text().splitlines()]
    if kind == "parquet":
        names = dict.fromkeys(name for event in events for name in event)
        for event in events:
            event["event_timestamp"] = int(event["event_timestamp"])
            # A table has every column that the export defines, also where this sample has nothing in it.
            event["ecommerce"] = {"transaction_id": None, "refund_value": 0.0, **event.get("ecommerce", {})}
        pq.write_table(pa.table({name: [event.get(name) for event in events] for name in names}), folder / "e.parquet")
        return folder / "e.parquet"
    data = GA4.read_bytes()
    if kind == "gz":
        (folder / "e.json.gz").write_bytes(gzip.compress(data))
        return folder / "e.json.gz"
    # Backwards, with blank lines, Windows line ends and a mark at the beginning.
    lines = data.splitlines()[::-1]
    (folder / "e.ndjson").write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(lines))
    return folder / "e.ndjson"


@pytest.mark.parametrize("kind", ["gz", "parquet", "backwards"])
def test_the_same_events_in_every_dress(tmp_path: Path, kind: str) -> None:
    models = ("--models", "first,last,linear,markov:1,shapley")
    asked = answered("--map", MAPS["ga4"], str(GA4), *models)
    found = answered("--map", MAPS["ga4"], str(packed(tmp_path, kind)), *models)
    assert found["models"] == asked["models"]
    assert found["manifest"]["inputs"][0]["rows"] == 13


def test_a_map_of_events_serves_attribute_too() -> None:
    result = CliRunner().invoke(
        attribute, ["--map", MAPS["ga4"], str(GA4), str(GA4), "--models", "first,last", "--window", "30d", "--json"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["models"]
    assert {channel: share["conversions"] for channel, share in found["last"].items()} == {
        "Paid search": 1, "Direct": 1, "(none)": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("{not json", "not_json"),
        ('["an", "array"]', "not_json"),
        ('"a text"', "not_json"),
        ('{"event_name": "session_start", "event_timestamp": "1746583200000000", "s": "a"}', "reader_missing"),
        ('{"event_name": "session_start", "user_pseudo_id": "u9", "s": "a"}', "time_missing"),
        (
            '{"event_name": "session_start", "user_pseudo_id": "u9", "event_timestamp": "-5", "s": "a"}',
            "time_negative",
        ),
        (
            '{"event_name": "session_start", "user_pseudo_id": "u9", "event_timestamp": "soon", "s": "a"}',
            "time_unreadable",
        ),
        (
            '{"event_name": "session_start", "user_pseudo_id": "u9", "event_timestamp": "1746583200000000"}',
            "key_missing",
        ),
    ],
)
def test_a_broken_event_in_the_middle_is_set_aside_alone(tmp_path: Path, broken: str, code: str) -> None:
    chart = (
        '[touches]\nreader = "user_pseudo_id"\ntime = "event_timestamp"\nkey = "s"\n'
        'where = { event_name = "session_start" }\n[conversions]\nreader = "user_pseudo_id"\ntime = "event_timestamp"\n'
        'where = { event_name = "purchase" }\n[time]\nunit = "us"\n'
    )
    (tmp_path / "m.toml").write_text(chart)
    start = '{"event_name": "session_start", "user_pseudo_id": "u1", "event_timestamp": "1746583200000001", "s": "b"}'
    bought = '{"event_name": "purchase", "user_pseudo_id": "u1", "event_timestamp": "1746583200000999"}'
    (tmp_path / "e.jsonl").write_text(f"{start}\n{broken}\n{bought}")
    run = ("--map", str(tmp_path / "m.toml"), str(tmp_path / "e.jsonl"), "--models", "last")
    answer = answered(*run, "--out", str(tmp_path / "out"))
    assert earned(answer, "last") == {"b": (1, None)}
    with (tmp_path / "out" / "quarantine.csv").open(newline="") as file:
        aside = [(row["row"], row["code"], row["raw"]) for row in csv.DictReader(file) if row["role"] == "touches"]
    assert aside == [("2", code, broken)]


def test_a_named_entry_of_an_events_parameters_is_a_column(tmp_path: Path) -> None:
    chart = (
        '[touches]\nreader = "user"\ntime = "ts"\nkey_of = ["event_params[source]", "event_params[ga_session_number]"]\n'
        '[conversions]\nreader = "user"\ntime = "ts"\nwhere = { event = "buy" }\n'
    )
    (tmp_path / "m.toml").write_text(chart)
    (tmp_path / "e.jsonl").write_text(
        '{"user": "u", "ts": "2025-05-07 10:00", "event": "x", "event_params": ['
        '{"key": "ga_session_number", "value": {"int_value": "3"}}, {"key": "source", "value": {"string_value": "a"}}]}\n'
        '{"user": "u", "ts": "2025-05-07 11:00", "event": "buy", "event_params": [{"key": "source", "value": "b"}]}\n'
    )
    answer = answered("--map", str(tmp_path / "m.toml"), str(tmp_path / "e.jsonl"), "--models", "first,last")
    assert earned(answer, "first") == {"a / 3": (1, None)}
    assert earned(answer, "last") == {"b": (1, None)}


def test_a_pattern_that_is_none_is_refused_by_its_rule(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[touches]\ntime = "time"\n[[touches.channels]]\nname = "Ads"\nmatching = { key = "(" }\n[conversions]\ntime = "time"\n'
    )
    (tmp_path / "e.csv").write_text("reader,time,key\nu,1,a\n")
    result = typed("--map", str(tmp_path / "m.toml"), str(tmp_path / "e.csv"))
    assert (result.exit_code, "In the map's channel rule 'Ads'" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("touch", "bought", "label"),
    [
        ("1746583200", "1746583260", "s"),
        ("1746583200000", "1746583260000", "ms"),
        ("1746583200000000", "1746583260000000", "us"),
        ("2025-05-07T10:00:00+08:00", "2025-05-07T02:01:00Z", "zoned"),
        ("2025-05-07 10:00:00", "2025-05-07 10:01:00", "without a zone"),
    ],
)
def test_times_are_told_apart_by_their_size_and_shape(tmp_path: Path, touch: str, bought: str, label: str) -> None:
    (tmp_path / "t.csv").write_text(f"reader,time,key\nu,{touch},a\n")
    (tmp_path / "c.csv").write_text(f"reader,time\nu,{bought}\n")
    files = (str(tmp_path / "t.csv"), str(tmp_path / "c.csv"), "--models", "last")
    assert earned(answered(*files, "--window", "1h"), "last") == {"a": (1, None)}, label
    assert answered(*files)["inputs"]["conversions_without_touch"] == 0


def test_every_row_of_messy_events_is_accounted_for(tmp_path: Path) -> None:
    # Unsorted, repeated, of nobody, of no time, and a purchase before any touch.
    (tmp_path / "t.csv").write_text(
        "id,reader,time,key\n5,u,2025-05-09,c\n1,u,2025-05-07,a\n1,u,2025-05-07,a\n2,,2025-05-07,a\n3,u,,a\n4,v,2025-05-08,b\n"
    )
    (tmp_path / "c.csv").write_text(
        "id,reader,time,value\n1,u,2025-05-08,10\n2,v,2025-05-01,5\n3,w,2025-05-01,\n3,w,2025-05-02,1\n4,u,2025-05-08,-1\n"
    )
    files = (str(tmp_path / "t.csv"), str(tmp_path / "c.csv"), "--touch-id", "id", "--conversion-id", "id")
    answer = answered(*files, "--conversion-value", "value", "--models", "last", "--out", str(tmp_path / "out"))
    assert earned(answer, "last") == {"a": (1, 10), "(none)": (2, 5)}
    inputs = answer["inputs"]
    assert inputs["touch_rows"] == inputs["touches"] + inputs["touches_quarantined"] == 6
    assert inputs["conversion_rows"] == 5
    assert inputs["conversions"] + inputs["conversions_quarantined"] == 5
    assert inputs["touches_on_paths"] + inputs["touches_left_out"] == inputs["touches"] == 3
    assert (inputs["conversions_without_touch"], inputs["conversions_without_value"]) == (2, 1)
    assert written(tmp_path / "out") == {"": ("2", "0"), "a": ("1", "0"), "b": ("0", "1"), "c": ("0", "1")}


def test_nothing_usable_is_said_of_the_conversions(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text('{"event_name": "purchase", "event_timestamp": "1746583200000000"}\n')
    result = typed("--map", MAPS["ga4"], str(tmp_path / "e.jsonl"))
    assert result.exit_code == 1
    assert "of 1 rows, 1 are quarantined and 0 are not selected" in result.stderr


@pytest.mark.slow
def test_one_reader_with_a_million_touches_is_one_path_and_memory_stays_bounded(tmp_path: Path) -> None:
    count = 1_000_000
    touches = pa.table(
        {
            "reader": pa.array(["crowd"] * count),
            "time": pa.array(range(1_746_583_200_000, 1_746_583_200_000 + count)),
            "key": pa.array(["abc"[place % 3] for place in range(count)]),
        }
    )
    pq.write_table(touches, tmp_path / "t.parquet")
    (tmp_path / "c.csv").write_text(f"reader,time\ncrowd,{1_746_583_200_000 + count}\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = (str(tmp_path / "t.parquet"), str(tmp_path / "c.csv"), "--time-unit", "ms")
    answer = answered(*files, "--models", "first,linear,shapley,markov:1,markov:2")
    assert (answer["inputs"]["path_len_max"], answer["inputs"]["paths"]) == (count, 1)
    assert sum(share["conversions"] for share in answer["models"]["linear"].values()) == pytest.approx(1)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / (1 if sys.platform == "darwin" else 1024)
    # A touch costs some tens of bytes in each array that holds it; a reader's own structure would cost thousands.
    assert grown < 1_500
