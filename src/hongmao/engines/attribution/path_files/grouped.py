"""`PathFileEngine` on DuckDB: stage, check, group."""

from __future__ import annotations

import shutil
import tempfile
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec

from hongmao.attribution import queries
from hongmao.attribution.files.contracts import Quarantined, Read
from hongmao.attribution.path_files.contracts import PathsRead
from hongmao.attribution.path_files.path_map import OPTIONAL
from hongmao.engines.attribution.files.opening import Kind
from hongmao.engines.attribution.path_files.cells import LIST_SEPARATOR, Cells, Wanted, stage_cells
from hongmao.engines.attribution.path_files.encoding import paths_of_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.attribution.files.contracts import Role
    from hongmao.attribution.files.ports import Progress
    from hongmao.attribution.path_files.contracts import GroupedJob
    from hongmao.attribution.path_files.path_map import GroupedPaths

# In the order in which they use each other.
_FUNCTIONS = {"whole_number": "told", "number_fault": "told", "exact_number": "told"}
_PAGE_ROWS = 10_000
_ROLE: Role = "paths"


class GroupedPathsFile:
    """One job's DuckDB, in memory, spilling beside nothing of the user's."""

    name = "duckdb"
    version = str(duckdb.__version__)

    def __init__(self) -> None:
        """Open an empty database that can spill to a folder of its own."""
        self._spill = tempfile.mkdtemp(prefix="hongmao-paths-")
        self._connection = duckdb.connect(":memory:", config={"temp_directory": self._spill})
        for name, arguments in _FUNCTIONS.items():
            self._connection.execute(f"create macro {name}({arguments}) as (\n{queries.text(f'paths/{name}')}\n)")
        self._cells: Cells | None = None
        self._columns: Mapping[str, str | None] = {}

    def read(self, job: GroupedJob, progress: Progress) -> PathsRead:
        """Stage the file, check every row, add equal paths up."""
        source = job.path_map.paths
        self._columns = _columns(source)
        wanted = Wanted(columns=self._columns, optional=OPTIONAL, names=source.columns)
        cells = stage_cells(self._connection, "paths_staged", job.file, wanted, job.path_map.format, progress)
        self._cells = cells
        separator = LIST_SEPARATOR if "path" in cells.lists else source.separator.strip() or source.separator
        self._connection.execute(
            f"create table paths_checked as {queries.text('paths/checked')}",
            {"separator": separator, "has_nulls": "nulls" not in cells.absent},
        )
        self._connection.execute("drop table paths_staged")
        groups = self._connection.sql(queries.text("paths/grouped")).to_arrow_table()
        has_value = "value" not in cells.absent
        unknown = sum(groups["conversions_without_value"].to_pylist()) if has_value else None
        return PathsRead(
            kind="grouped",
            name=job.path_map.name,
            source=job.path_map.source,
            reads=(self._read(cells),),
            paths=paths_of_groups(groups, with_value=has_value),
            counts=self._counts(cells),
            unit=source.unit,
            options={"map": msgspec.to_builtins(job.path_map)},
            conversions_without_value=unknown,
            absent=tuple(column for meaning in cells.absent if (column := self._columns[meaning]) is not None),
        )

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count quarantined rows."""
        rows = self._rows("select fault, count(*) from paths_checked where fault is not null group by fault")
        return {(_ROLE, code): count for code, count in sorted(rows)}

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows."""
        if self._cells is None:
            return
        cursor = self._connection.cursor()
        if self._cells.kind is Kind.PARQUET:
            cursor.execute(
                "select c.row, c.fault, cast(to_json(p) as varchar) from paths_checked as c "
                "join (select * from read_parquet($path, file_row_number = true)) as p on p.file_row_number + 1 = c.row "
                "where c.fault is not null order by c.row",
                {"path": str(self._cells.file)},
            )
        else:
            cursor.execute("select row, fault, raw from paths_checked where fault is not null order by row")
        while page := cursor.fetchmany(_PAGE_ROWS):
            for row, code, raw in page:
                field = self._columns.get(code.partition("_")[0]) or ""
                yield Quarantined(role=_ROLE, file=self._cells.file.name, row=row, field=field, code=code, raw=raw)

    def close(self) -> None:
        """Release memory and spill files."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _read(self, cells: Cells) -> Read:
        ((good, bad),) = self._rows("select count(*) - count(fault), count(fault) from paths_checked")
        return Read(
            role=_ROLE,
            file=cells.file.name,
            sha256=cells.sha256,
            size_bytes=cells.size_bytes,
            rows=cells.rows,
            blank_lines=cells.blank_lines,
            good=good,
            not_selected=0,
            quarantined=bad,
            unused_columns=cells.unused_columns,
            time_unit=None,
        )

    def _counts(self, cells: Cells) -> dict[str, int | None]:
        ((good, bad),) = self._rows("select count(*) - count(fault), count(fault) from paths_checked")
        return {"rows": cells.rows, "rows_good": good, "rows_quarantined": bad}

    def _rows(self, sql: str) -> list[Any]:
        return self._connection.execute(sql).fetchall()


def _columns(source: GroupedPaths) -> dict[str, str | None]:
    return {
        "path": source.path, "conversions": source.conversions, "value": source.value, "nulls": source.nulls,
    }  # fmt: skip
