"""Attribution from Python: files, Arrow tables or data frames in, an Arrow table out. `import hongmao` brings it.

```python
import hongmao

shares = hongmao.attribute("touches.csv", "orders.parquet", models=["last", "decay:7d", "markov:1"], window="30d")
models = hongmao.paths("paths.csv", models=["linear", "shapley", "markov:2"], replicates=500)
```
What comes back carries the counts of the input and the manifest of the run in its schema's metadata, under `hongmao`.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from hongmao.attribution.api import (
    CREDIT_MILLIONTHS,
    NONE_LABEL,
    PLAIN,
    PLAIN_PATHS,
    Asked,
    ColumnMap,
    EventsJob,
    GroupedJob,
    Job,
    PathMap,
    Settings,
    answer,
    attribute_files,
    check_paths_usable,
    check_usable,
    load_either_map,
    model_events,
    model_paths,
    paths_answer,
    paths_figures,
    write_quarantine,
)
from hongmao.bootstrap.attribution import open_file_engine, open_path_engine
from hongmao.definitions.api import load_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike

    from hongmao.attribution.api import By, Cut, FileEngine, PathFileEngine, PathsAnswer, Result

__all__ = ["ArrowStream", "attribute", "paths"]

SHARES = pa.schema(
    [
        ("model", pa.string()),
        ("key", pa.string()),
        ("conversions", pa.float64()),
        ("credit_millionths", pa.int64()),
        ("value_fen", pa.int64()),
        ("value_partial", pa.bool_()),
    ]
)
"""What `attribute` gives: a row per model and key. A null key is what no touch earned."""
CHANNELS = pa.schema(
    [
        ("model", pa.string()),
        ("channel", pa.string()),
        ("conversions", pa.float64()),
        ("value", pa.float64()),
        ("value_fen", pa.int64()),
        ("conversions_low", pa.float64()),
        ("conversions_high", pa.float64()),
        ("removal_effect", pa.float64()),
        ("standard_error", pa.float64()),
    ]
)
"""What `paths` gives: a row per model and channel. A null channel is what no channel earned."""
_METADATA = b"hongmao"


@runtime_checkable
class ArrowStream(Protocol):
    """A table of whatever library: pyarrow, polars, pandas, DuckDB, anything that speaks the Arrow C stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table over, batch by batch."""
        ...


if TYPE_CHECKING:
    Data = str | PathLike[str] | ArrowStream
    Map = ColumnMap | PathMap | Mapping[str, Any] | str | PathLike[str]


def attribute(
    touches: Data,
    conversions: Data,
    *,
    models: Sequence[str] = ("last",),
    definitions: Sequence[str] = (),
    window: str | None = None,
    by: By = "key",
    column_map: Map | None = None,
    single_credits: bool = False,
    quarantine: str | PathLike[str] | None = None,
) -> pa.Table:
    """Attribute conversions to touches, as `hongmao attribute` does.

    `touches` and `conversions` are files (CSV, TSV, JSON lines, Parquet) or tables. Columns are called `reader`, `time` and
    `key` unless `column_map` says otherwise: a map's TOML file, or the same as a dictionary. Gives a row per model and key
    (`SHARES`), or with `single_credits` a row per conversion and touch with a column per rule model. Bad rows are set aside;
    `quarantine` names a CSV file for them. Raises `hongmao.kernel.errors.HongmaoError`.
    """
    with (
        _files({"touches": touches, "conversions": conversions}) as files,
        closing(open_file_engine("duckdb")) as engine,
    ):
        job = Job(
            touches=files["touches"],
            conversions=files["conversions"],
            column_map=_of_events(column_map),
            models=tuple(models),
            definitions=tuple(definitions),
            window=window,
            by=by,
        )
        result = attribute_files(job, engine, load_registry(), progress=_silent, keep=single_credits)
        check_usable(result.inputs)
        _set_aside(engine, quarantine)
        table = _credits(engine) if single_credits else _shares(result)
        return _with_metadata(table, answer(result))


def paths(
    source: Data,
    conversions: Data | None = None,
    *,
    models: Sequence[str] = ("first", "last", "linear", "position", "shapley", "markov:1"),
    column_map: Map | None = None,
    window: str | None = None,
    cut: Cut = "every",
    settings: Settings | None = None,
    replicates: int = 0,
    quarantine: str | PathLike[str] | None = None,
) -> pa.Table:
    """Run every model on paths, as `hongmao paths` does; gives a row per model and channel (`CHANNELS`).

    `source` alone is a file or table of paths (`path`, `total_conversions`, `total_conversion_value`, `total_null`; a `path`
    is text joined by ` > `, or a list), unless `column_map` is one of events. With `conversions` beside it, `source` holds
    touches, and both are cut into journeys: at `every` conversion, at a reader's `first`, or by `window` alone.
    """
    given = {"source": source} if conversions is None else {"source": source, "conversions": conversions}
    chart = _either(column_map, events=conversions is not None)
    chosen = settings or Settings(replicates=replicates, organic=frozenset(_organic(chart)))
    asked = Asked(models=tuple(dict.fromkeys(models)), settings=chosen, none_label=NONE_LABEL)
    with _files(given) as files:
        told: PathsAnswer
        if isinstance(chart, PathMap):
            with closing(open_path_engine()) as reader:
                grouped = GroupedJob(file=files["source"], path_map=chart, asked=asked)
                told = model_paths(grouped, reader, progress=_silent)
                _set_aside(reader, quarantine)
        else:
            with closing(open_file_engine("duckdb")) as engine:
                touches, bought = files["source"], files.get("conversions", files["source"])
                job = Job(touches=touches, conversions=bought, column_map=chart, window=window)
                told = model_events(EventsJob(files=job, cut=cut, asked=asked), engine, progress=_silent)
                _set_aside(engine, quarantine)
    check_paths_usable(told)
    return _with_metadata(_channels(told), paths_answer(told))


def _shares(result: Result) -> pa.Table:
    rows = [
        {
            "model": label,
            "key": share.key,
            "conversions": share.credit_millionths / CREDIT_MILLIONTHS,
            "credit_millionths": share.credit_millionths,
            "value_fen": share.value_fen,
            "value_partial": share.value_partial,
        }
        for label, shares in result.shares.items()
        for share in shares
    ]
    return pa.Table.from_pylist(rows, schema=SHARES)


def _channels(told: PathsAnswer) -> pa.Table:
    rows = []
    for label, result in told.results.items():
        figures = paths_figures(told, result)
        by_channel = result.by_channel()
        for channel, figure in figures.items():
            one = by_channel.get(channel)
            interval = one.conversions_interval if one else result.unattributed.conversions_interval
            rows.append(
                {
                    "model": label,
                    "channel": channel if one else None,
                    "conversions": float(figure["conversions"] or 0),
                    "value": None if figure["value"] is None else float(figure["value"]),
                    "value_fen": figure["value_fen"],
                    "conversions_low": interval.low if interval else None,
                    "conversions_high": interval.high if interval else None,
                    "removal_effect": one.removal_effect if one else None,
                    "standard_error": one.standard_error if one else None,
                }
            )
    return pa.Table.from_pylist(rows, schema=CHANNELS)


def _credits(engine: FileEngine) -> pa.Table:
    with tempfile.TemporaryDirectory(prefix="hongmao-credits-") as folder:
        engine.write_credits(Path(folder) / "credits.parquet")
        return pq.read_table(Path(folder) / "credits.parquet")


@contextmanager
def _files(given: Mapping[str, Data]) -> Iterator[dict[str, Path]]:
    """Give every input as a file: a table is written as Parquet beside, batch by batch, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hongmao-python-") as folder:
        files: dict[str, Path] = {}
        for name, data in given.items():
            if isinstance(data, ArrowStream):
                files[name] = Path(folder) / f"{name}.parquet"
                reader = pa.RecordBatchReader.from_stream(data)
                with pq.ParquetWriter(files[name], reader.schema) as writer:
                    for batch in reader:
                        writer.write_batch(batch)
            else:
                files[name] = Path(data)
        yield files


def _either(given: Map | None, *, events: bool) -> ColumnMap | PathMap:
    """Read a map of either kind: a dictionary is one of events where it speaks of touches."""
    match given:
        case None:
            return PLAIN if events else PLAIN_PATHS
        case ColumnMap() | PathMap():
            return given
        case dict() if events or "touches" in given:
            return msgspec.convert(given, ColumnMap)
        case dict():
            return msgspec.convert(given, PathMap)
        case _:
            return load_either_map(Path(str(given)))


def _of_events(given: Map | None) -> ColumnMap:
    found = _either(given, events=True)
    if not isinstance(found, ColumnMap):
        raise TypeError("a map of paths cannot say what the columns of touches are")
    return found


def _organic(column_map: ColumnMap | PathMap) -> tuple[str, ...]:
    return (column_map.paths if isinstance(column_map, PathMap) else column_map.touches).organic


def _set_aside(engine: FileEngine | PathFileEngine, path: str | PathLike[str] | None) -> None:
    if path is not None:
        write_quarantine(engine.quarantined(), Path(path))


def _with_metadata(table: pa.Table, whole: bytes) -> pa.Table:
    """Put the counts of the input and the manifest into the schema; the figures themselves are the table."""
    told = json.loads(whole)
    told.pop("models")
    return table.replace_schema_metadata({_METADATA: json.dumps(told, ensure_ascii=False)})


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody how far it is."""
