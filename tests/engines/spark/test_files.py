"""Anybody's files on Spark: the same bits as DuckDB's, whatever the files are like and wherever the work is cut."""

from __future__ import annotations

import json
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from attribution.files.desk import REGISTRY, column_map
from conftest import SPARK
from hongmao.attribution.api import Job, attribute_files
from hongmao.attribution.errors import ExpressionRefused
from hongmao.cli.attribute import attribute
from hongmao.engines.attribution.files.engine import DuckDbFiles
from hongmao.engines.spark.address import read_address
from hongmao.engines.spark.errors import SharedFolderMissing, SparkNotStarted
from hongmao.engines.spark.files.engine import SparkFiles, capabilities
from hongmao.engines.spark.files.worker import BucketWork

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.attribution.files.column_map import ColumnMap
    from hongmao.engines.attribution.files.bucketed import BucketedFiles

# Starting Spark and its workers is part of whichever test comes first.
MODELS = (
    "last", "first", "last_non_organic", "linear", "position", "position:30-40-30", "decay", "decay:24h",
    "custom:1 + 2 * (kind == 'read') + 1 / (1 + age_hours)",
)  # fmt: skip
START_S = 1_746_547_200
DAY_S = 86_400
READERS, KEYS, KINDS = 40, 7, ("read", "click", "")
ADDRESS = "spark?cores=2&memory=1g"


def touch_rows(count: int) -> list[dict[str, Any]]:
    """Make touches with many ties: few readers, few instants, few keys, and an order that does not always decide."""
    luck = Random(11)
    return [
        {
            "reader": f"r{luck.randrange(READERS)}",
            "time": START_S + luck.randrange(40) * DAY_S + luck.choice([0, 0, 1]),
            "key": f"n{luck.randrange(KEYS)}",
            "seq": luck.choice([1, 2, 10, 10]),
            "kind": luck.choice(KINDS),
        }
        for _ in range(count)
    ]


def conversion_rows(count: int) -> list[dict[str, Any]]:
    """Make conversions, some of readers who never touched anything and some of unknown value."""
    luck = Random(12)
    return [
        {
            "reader": f"r{luck.randrange(READERS + 10)}",
            "time": START_S + luck.randrange(80) * DAY_S,
            "value": luck.choice([None, 1, 99, 100, 12_345]),
            "id": f"c{number}",
        }
        for number in range(count)
    ]


def as_csv(rows: list[dict[str, Any]], path: Path, *more: str) -> Path:
    lines = [",".join(rows[0]), *(",".join("" if cell is None else str(cell) for cell in row.values()) for row in rows)]
    path.write_text("\n".join([*lines, *more]) + "\n")
    return path


def as_parquet(rows: list[dict[str, Any]], path: Path, **types: Any) -> Path:
    schema = pa.schema([(name, types.get(name, pa.array([rows[0][name]]).type)) for name in rows[0]])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=500)
    return path


def chart(**changed: Any) -> ColumnMap:
    given: dict[str, Any] = {
        "touches": {"order": "seq", "kind": "kind", "organic": ["n0", "n3"]},
        "conversions": {"value": "value", "value_unit": "fen", "id": "id"},
    }
    return column_map(**{part: {**given.get(part, {}), **changed.get(part, {})} for part in {*given, *changed}})


def both(job: Job, **asked: Any) -> tuple[Any, Any]:
    """Run a job on both engines, and give what can be compared."""
    answers = []
    engines: list[BucketedFiles] = [DuckDbFiles(), SparkFiles(SPARK, **asked)]
    for engine in engines:
        with closing(engine):
            result = attribute_files(job, engine, REGISTRY, progress=lambda *_: None)
            rows = sum(pq.read_metadata(file).num_rows for file in engine.credit_files())
            answers.append(
                {
                    "checksums": engine.checksums(),
                    "shares": dict(result.shares),
                    "inputs": result.inputs,
                    "faults": dict(engine.faults()),
                    "quarantined": list(engine.quarantined()),
                    "rows": rows,
                }
            )
    return answers[0], answers[1]


@pytest.mark.usefixtures("spark")
def test_text_with_bad_rows_gives_the_same_bits_under_every_rule_model(tmp_path: Path) -> None:
    touches = as_csv(touch_rows(3_000), tmp_path / "t.csv", "r1,soon,n1,1,read", "r2,,n1,1,read", ",5,n1,1,read", '"r3')
    conversions = as_csv(conversion_rows(300), tmp_path / "c.csv", "r1,1746547200,-5,x1", "r1,1746547200,1,c0")
    job = Job(touches=touches, conversions=conversions, column_map=chart(), models=MODELS, window="15d")
    duckdb, spark = both(job)
    assert duckdb == spark
    assert len(set(duckdb["checksums"].values())) == len(MODELS)
    assert sum(duckdb["faults"].values()) == 6
    assert duckdb["rows"] > 1_000


@pytest.mark.usefixtures("spark")
def test_typed_parquet_is_read_where_it_lies_whatever_its_name_and_without_its_bad_rows(tmp_path: Path) -> None:
    rows = [*touch_rows(3_000), {"reader": None, "time": START_S, "key": "n1", "seq": 1, "kind": "read"}]
    rows.insert(7, {"reader": "r1", "time": -5, "key": "n1", "seq": 1, "kind": "read"})
    touches = as_parquet(rows, tmp_path / "_t [1]{*}.pq", reader=pa.string())
    conversions = as_parquet(conversion_rows(300), tmp_path / "c.parquet", value=pa.int64())
    job = Job(touches=touches, conversions=conversions, column_map=chart(), models=MODELS, definitions=("last_click",))
    duckdb, spark = both(job)
    assert duckdb == spark
    assert sum(duckdb["faults"].values()) == 2


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "naive_ms"])
def test_times_of_every_type_and_readers_that_are_numbers(tmp_path: Path, unit: str) -> None:
    step = unit.removeprefix("naive_")
    scale = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[step]
    kind = pa.int64() if unit == "s" else pa.timestamp(step, tz=None if unit == "naive_ms" else "UTC")
    touches, conversions = (
        [{**row, "reader": int(row["reader"][1:]), "time": row["time"] * scale} for row in rows]
        for rows in (touch_rows(1_000), conversion_rows(100))
    )
    job = Job(
        touches=as_parquet(touches, tmp_path / "t.parquet", time=kind),
        conversions=as_parquet(conversions, tmp_path / "c.parquet", time=kind, value=pa.int64()),
        column_map=chart(time={"unit": "auto"}),
        models=("linear", "decay"),
        by="touch_day",
    )
    duckdb, spark = both(job)
    assert duckdb == spark
    assert duckdb["rows"] > 500


@pytest.mark.usefixtures("spark")
def test_a_job_without_a_single_conversion_is_no_trouble(tmp_path: Path) -> None:
    touches = as_csv(touch_rows(10), tmp_path / "t.csv")
    conversions = tmp_path / "c.csv"
    conversions.write_text("reader,time,value,id\n")
    duckdb, spark = both(Job(touches=touches, conversions=conversions, column_map=chart(), models=("linear",)))
    assert duckdb["shares"] == spark["shares"] == {"linear": ()}


@pytest.mark.usefixtures("spark")
def test_conversions_of_readers_who_never_touched_are_told_by_the_driver(tmp_path: Path) -> None:
    touches = as_csv([{**row, "reader": "elsewhere"} for row in touch_rows(10)], tmp_path / "t.csv")
    conversions = as_csv(conversion_rows(50), tmp_path / "c.csv")
    duckdb, spark = both(Job(touches=touches, conversions=conversions, column_map=chart(), models=("linear",)))
    assert duckdb == spark
    assert duckdb["rows"] == 50


@pytest.mark.usefixtures("spark")
def test_a_weight_that_is_no_weight_is_said_as_on_one_machine(tmp_path: Path) -> None:
    job = Job(
        touches=as_csv(touch_rows(100), tmp_path / "t.csv"),
        conversions=as_csv(conversion_rows(50), tmp_path / "c.csv"),
        column_map=chart(),
        models=("custom:position - 3",),
    )
    with closing(SparkFiles(SPARK)) as engine, pytest.raises(ExpressionRefused) as raised:
        attribute_files(job, engine, REGISTRY, progress=lambda *_: None)
    assert "position - 3" in raised.value.message("en")


@pytest.mark.usefixtures("spark")
def test_what_was_done_before_a_crash_is_not_done_again(tmp_path: Path) -> None:
    job = Job(
        touches=as_csv(touch_rows(1_000), tmp_path / "t.csv"),
        conversions=as_csv(conversion_rows(100), tmp_path / "c.csv"),
        column_map=chart(),
        models=("linear", "decay"),
    )
    work = tmp_path / "work"
    _, before = both(job, work=work, bucket=250)
    (folder,) = work.iterdir()
    done = sorted(folder.glob("*.json"))
    assert len(done) == 4
    written = {path: path.stat().st_mtime_ns for path in done}
    # The process died while the second bucket was being written: its sums are not there, its rows are cut off.
    done[1].unlink()
    done[1].with_suffix(".parquet").write_bytes(b"PAR1")
    _, after = both(job, work=work, bucket=250)
    assert after == before
    again = {path: path.stat().st_mtime_ns for path in sorted(folder.glob("*.json"))}
    assert [path for path in done if again[path] != written[path]] == [done[1]]


@pytest.mark.usefixtures("spark")
def test_the_command_prints_one_checksum_twice(tmp_path: Path) -> None:
    touches, conversions = as_csv(touch_rows(500), tmp_path / "t.csv"), as_csv(conversion_rows(50), tmp_path / "c.csv")
    words = [str(touches), str(conversions), "--models", "last,linear", "--check", "--json"]
    ran = CliRunner().invoke(attribute, [*words, "--engine", f"duckdb,{ADDRESS}"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.stderr
    printed = [line.split() for line in ran.stderr.splitlines()]
    sums = [(words[0], words[1], words[-1]) for words in printed if words[-1].startswith("sha256:")]
    assert [(label, engine) for label, engine, _ in sums] == [
        ("last", "duckdb"), ("last", "spark"), ("linear", "duckdb"), ("linear", "spark"),
    ]  # fmt: skip
    assert sums[0][2] == sums[1][2] != sums[2][2] == sums[3][2]
    assert ran.stderr.rstrip().endswith("2 rules, the same bits")
    assert set(json.loads(ran.stdout)["models"]) == {"last", "linear"}


@pytest.mark.usefixtures("spark")
def test_the_first_row_that_differs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touches, conversions = as_csv(touch_rows(500), tmp_path / "t.csv"), as_csv(conversion_rows(50), tmp_path / "c.csv")
    credited = SparkFiles._credit

    def wrong(self: SparkFiles, *given: Any) -> Any:
        yield from credited(self, *given)
        file = given[0].files()[0]
        table = pq.read_table(file)
        place = table.schema.get_field_index("credit:linear")
        cells = table["credit:linear"].to_pylist()
        cells[0] += 1
        pq.write_table(table.set_column(place, table.schema.field(place), pa.array(cells, pa.int32())), file)

    monkeypatch.setattr(SparkFiles, "_credit", wrong)
    words = [str(touches), str(conversions), "--models", "last,linear", "--check", "--lang", "en"]
    ran = CliRunner().invoke(attribute, [*words, "--engine", f"duckdb,{ADDRESS}"], catch_exceptions=False)
    assert ran.exit_code == 1
    assert "The engines differ: under linear, conversion row" in ran.stderr
    assert "duckdb: " in ran.stderr
    assert "spark: " in ran.stderr


def test_a_partition_of_two_buckets_is_no_bucket(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pydict({"reader": pa.array([0, 4, 1], pa.int64())})
    work = BucketWork(store=None, buckets=4, conversions=tmp_path)  # type: ignore[arg-type]
    assert list(work(iter([]))) == []
    with pytest.raises(AssertionError, match="more than bucket 0"):
        list(work(iter([batch])))


def test_what_engines_promise_is_what_they_are_held_to() -> None:
    in_process, distributed = DuckDbFiles.can, capabilities("4.3.0")
    assert (in_process.distributed, distributed.distributed) == (False, True)
    assert all(one.spills and one.resumes and one.bit_exact_rules for one in (in_process, distributed))
    assert (in_process.needs, distributed.needs) == ((), ("Java 17", "hongmao[spark]"))


def test_a_cluster_that_cannot_see_the_files_is_not_even_asked() -> None:
    with pytest.raises(SharedFolderMissing, match=r"spark://10\.0\.0\.5:7077"):
        SparkFiles(read_address("spark://10.0.0.5:7077"))


@pytest.mark.usefixtures("spark")
def test_a_process_runs_one_spark() -> None:
    with pytest.raises(SparkNotStarted, match=r"this process already runs local\[2\]"):
        SparkFiles(read_address("spark?cores=1"))


def test_engines_that_there_are_not_and_one_result_too_many(tmp_path: Path) -> None:
    files = [str(as_csv(touch_rows(5), tmp_path / "t.csv")), str(as_csv(conversion_rows(5), tmp_path / "c.csv"))]
    unknown = CliRunner().invoke(attribute, [*files, "--engine", "flink", "--lang", "en"])
    assert unknown.exit_code == 2
    assert "There is no engine 'flink'" in unknown.stderr
    several = CliRunner().invoke(attribute, [*files, "--engine", "both"])
    assert several.exit_code == 2
    assert "--check" in several.stderr
