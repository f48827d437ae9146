"""Reading by SQL on Spark: the same texts and the same snapshot of the lake as DuckDB reads, translated as they come."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hongmao.engines.lake import columns, manifest
from hongmao.engines.lake.files import brought_back, files_at
from hongmao.engines.spark.dialect import to_spark
from hongmao.events.api import LakeDamaged, QueryRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hongmao.engines.lake.files import Place
    from hongmao.engines.lake.manifest import Manifest
    from hongmao.engines.spark.session import Loan

TRIES_MAX: Final = 100  # a reader that is overtaken by as many merges in a row has other troubles
_GONE: Final = ("FAILED_READ_FILE.FILE_NOT_EXIST", "PATH_NOT_FOUND", "FileNotFoundException")
_T = TypeVar("_T")


class Steps:
    """Work in several steps over one snapshot: what it makes is its own, and gone with it.

    The same acts as a session on DuckDB has (`hongmao.engines.session`), but for those that change something.
    """

    def __init__(self, session: Any, lake: Manifest, position: int) -> None:
        """Work on a Spark session of one's own, on which `events` is shown already."""
        self._session = session
        self._kept: set[str] = set()
        self.lake = lake
        """The lake as these steps see it."""
        self.position = position
        """The offset up to which `events` shows the log."""

    def make(self, name: str, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Keep the rows of a SELECT under a name, in the place of the last ones of that name."""
        # Spark computes when it is asked, and a cached step would still carry the plans of all before it, each several
        # times over: a dozen steps on, planning would take longer than the work. A checkpoint is a leaf.
        self._keep(name, self.frame(sql, params).localCheckpoint(eager=True))

    def give(self, name: str, table: Any) -> None:
        """Keep an Arrow table under a name, in the place of the last one of that name."""
        # PySpark 4.3 stops at a chunk without rows, and what was put together from parts may begin with one.
        self._keep(name, self._session.createDataFrame(table.combine_chunks()))

    def drop(self, *names: str) -> None:
        """Give the memory of what was kept back."""
        for name in names:
            self._kept.discard(name)
            self._session.catalog.dropTempView(name)

    def table(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """Ask one SELECT, as an Arrow table; rows stand in the order that the SELECT asks for."""
        return self.frame(sql, params).toArrow()

    def value(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """Ask for a single value."""
        rows = self.table(sql, params).to_pylist()
        return next(iter(rows[0].values())) if rows else None

    def frame(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """Give one SELECT as a frame of Spark's, for those who go on with it there."""
        text, arguments = to_spark(sql, params)
        return self._session.sql(text, args=arguments)

    def close(self) -> None:
        """Give everything back."""
        self.drop(*sorted(self._kept))

    def _keep(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
        self._kept.add(name)


class SparkTables:
    """`Tables` over the events of one lake. Any thread may ask; every question sees the lake as it is when it begins."""

    def __init__(self, spark: Loan, place: Place, *, until: int | None = None) -> None:
        """Read a lake, whose files the executors must see under the same paths; `until` hides what lies behind an offset."""
        self._spark = spark
        self._files = files_at(place)
        self._until = until

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        """Run one SELECT with `$name` parameters; every row is a dict by column name, whole numbers are `int`.

        A result with columns that are neither whole numbers, text, truth nor days raises `QueryRefused`.
        """
        table = self.work(lambda steps: steps.table(sql, params))
        floating = [f"{field.name} {field.type}" for field in table.schema if _inexact(field.type)]
        if floating:
            raise QueryRefused(why=", ".join(floating))
        found: list[dict[str, object]] = table.to_pylist()
        return found

    def work(self, job: Callable[[Steps], _T]) -> _T:
        """Have a job done in several steps over one snapshot; it is begun anew where merges have overtaken it."""
        for _ in range(TRIES_MAX):
            lake, paths = manifest.load(self._files), list[Path]()
            try:
                with self._steps(lake, paths) as steps:
                    return job(steps)
            except Exception as fault:
                # A file is gone. If the manifest has moved on, it was replaced while we read; if not, it is lost.
                gone = isinstance(fault, LakeDamaged) or any(word in str(fault) for word in _GONE)
                same = gone and manifest.load(self._files) == lake
                if not gone or (same and not brought_back(self._files, lake.files, paths)):
                    raise
        raise LakeDamaged(path=self._files.where, why=f"it changed {TRIES_MAX} times while it was read")

    def position(self) -> int:
        """Give the offset up to which `events` shows the log at this moment."""
        return self._up_to(manifest.load(self._files))

    @property
    def version(self) -> str:
        """Name the release of Spark that answers."""
        return self._spark.take().version

    @contextmanager
    def _steps(self, lake: Manifest, held: list[Path]) -> Iterator[Steps]:
        session = self._spark.take().session.newSession()
        with self._files.hold(lake.files) as paths:
            held.extend(paths)
            self._show(session, paths)
            steps = Steps(session, lake, self._up_to(lake))
            try:
                yield steps
            finally:
                steps.close()

    def _show(self, session: Any, paths: Sequence[Path]) -> None:
        schema = ", ".join(f"`{name}` {_SPARK_TYPES[kind]}" for name, kind in columns.SQL_TYPES.items())
        if paths:
            # Folders repeat what stands in the rows; Spark is to read the rows.
            reader = session.read.schema(schema).option("recursiveFileLookup", "true")
            events = reader.parquet(*(str(path) for path in paths))
        else:
            events = session.createDataFrame([], schema)
        if self._until is not None:
            events = events.where(f"`offset` <= {int(self._until)}")
        events.createOrReplaceTempView("events")

    def _up_to(self, lake: Manifest) -> int:
        return lake.position if self._until is None else min(lake.position, self._until)


_SPARK_TYPES: Final = {"BIGINT": "BIGINT", "VARCHAR": "STRING", "BOOLEAN": "BOOLEAN"}


def _inexact(kind: Any) -> bool:
    return str(kind).startswith(("float", "double", "halffloat", "decimal"))
