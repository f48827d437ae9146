"""Two files in a DuckDB of their own: read, checked row by row, and known as the relations `touches` and `conversions`.

`touches` (row, reader, key, ord, ord_number, at_ms, kind) is a table of what text said, or a view of a typed Parquet file
where it lies. `conversions` (row, reader, id, at_ms, without_time, value_fen) is a table. Both hold good rows only; the
others stand in `touches_bad` and `conversions_bad` (row, fault, raw).
"""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from hongmao.attribution import queries
from hongmao.attribution.files.column_map import columns_of
from hongmao.attribution.files.contracts import Inputs, Quarantined, Read
from hongmao.attribution.files.rules import TimeProfile, decide_kind, decide_unit
from hongmao.engines.attribution.files.opening import Kind, digest_of, look
from hongmao.engines.attribution.files.refunds import source_of, take_refunds
from hongmao.engines.attribution.files.staging import Staged, stage
from hongmao.engines.attribution.files.typed import TypedFile, open_typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Executor, Future

    from hongmao.attribution.files.column_map import Source
    from hongmao.attribution.files.contracts import Job, Role, TimeKind, TimeUnit
    from hongmao.attribution.files.ports import Progress

_FUNCTIONS = {
    "instant_ms": "told, unit, zone_ms",
    "time_fault": "told, at_ms",
    "amount_fen": "told, unit",
}
_FIELD_OF = {"reader": "reader", "key": "key", "id": "id", "time": "time", "value": "value", "refund": "reader"}
_ROLES: tuple[Role, ...] = ("touches", "conversions")
_PAGE_ROWS = 10_000
_MINUTE_MS = 60_000


class Reading:
    """One job's DuckDB, in memory, spilling beside nothing of the user's."""

    def __init__(self, *, memory: str | None = None, threads: int | None = None) -> None:
        """Open an empty database that can spill to a folder of its own; `memory` bounds it, such as `4GB`."""
        self.spill = Path(tempfile.mkdtemp(prefix="hongmao-attribute-"))
        config: dict[str, Any] = {"temp_directory": str(self.spill)}
        config |= {"memory_limit": memory} if memory else {}
        config |= {"threads": threads} if threads else {}
        self.connection = duckdb.connect(":memory:", config=config)
        self.connection.execute("set TimeZone = 'UTC'")
        for name, arguments in _FUNCTIONS.items():
            self._function(name, arguments, f"files/{name}")
        self.typed: dict[Role, TypedFile] = {}
        self._staged: dict[Role, Staged] = {}
        self._digests: dict[Role, Future[str]] = {}
        self._sources: dict[Role, Source] = {}

    def read(self, job: Job, progress: Progress) -> Inputs:
        """Take both files in, decide how times are meant, check every row, and time the conversions."""
        # Content is named while DuckDB reads it: neither waits for the other.
        with ThreadPoolExecutor(1) as behind:
            return self._read_all(job, progress, behind)

    def _read_all(self, job: Job, progress: Progress, behind: Executor) -> Inputs:
        self._sources = {"touches": job.column_map.touches, "conversions": job.column_map.conversions}
        files: dict[Role, Path] = {"touches": job.touches, "conversions": job.conversions}
        for role, path in files.items():
            self._take(role, path, job, progress)
            self._digests[role] = behind.submit(digest_of, path)
        profiles = {role: self._profile(role) for role in _ROLES}
        units = {role: decide_unit(job.column_map.time, profile) for role, profile in profiles.items()}
        kind = decide_kind(job.column_map.time, [(units[role], profiles[role]) for role in _ROLES])
        self._check_touches(job, units["touches"])
        self._check_conversions(job, units["conversions"])
        if (refunds := job.column_map.refunds) is not None:
            source = self._sources["refunds"] = source_of(refunds)
            staged = take_refunds(self.connection, job, refunds, source, progress)
            self._staged["refunds"], self._digests["refunds"] = staged, behind.submit(digest_of, staged.file)
        return self._inputs(job, units, kind)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Any]:
        """Ask, and fetch all."""
        return self.connection.execute(sql, parameters).fetchall()

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count quarantined rows."""
        sql = " union all ".join(
            f"select '{role}', fault, count(*) from {role}_bad group by fault"  # noqa: S608 - our own words
            for role in self._sources
        )
        return {(role, code): count for role, code, count in sorted(self.rows(sql), reverse=True)}

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows, touches first."""
        for role in self._sources:
            staged = self._staged[role]
            cursor = self.connection.cursor()
            packed = staged.kind is Kind.PARQUET
            cursor.execute(_quarantine_query(role, packed=packed), {"path": str(staged.file)} if packed else {})
            while page := cursor.fetchmany(_PAGE_ROWS):
                for row, code, raw in page:
                    yield Quarantined(
                        role=role, file=staged.file.name, row=row, field=self._field(role, code), code=code, raw=raw
                    )

    def close(self) -> None:
        """Release memory and spill files."""
        self.connection.close()
        shutil.rmtree(self.spill, ignore_errors=True)

    @property
    def whole_reader(self) -> bool:
        """Tell whether readers are whole numbers in both files, and so in both relations."""
        return len(self.typed) == len(_ROLES) and all(file.whole_reader for file in self.typed.values())

    def _take(self, role: Role, path: Path, job: Job, progress: Progress) -> None:
        kind, size = look(path)
        source = self._sources[role]
        typed = open_typed(self.connection, path, source) if kind is Kind.PARQUET else None
        if typed is None:
            self._staged[role] = stage(self.connection, f"{role}_staged", path, source, job.column_map.format, progress)
            return
        self.typed[role] = typed
        self._staged[role] = Staged(
            file=path,
            kind=kind,
            size_bytes=size,
            rows=typed.rows,
            blank_lines=0,
            unused_columns=typed.unused,
        )
        progress(path.name, size, size)

    def _function(self, name: str, arguments: str, file: str) -> None:
        self.connection.execute(f"create or replace macro {name}({arguments}) as (\n{queries.text(file)}\n)")

    def _profile(self, role: Role) -> TimeProfile:
        if role in self.typed:
            return self.typed[role].profile(self.connection)
        numbers, texts, median = self.rows(queries.text("files/profile").replace("{staged}", f"{role}_staged"))[0]
        return TimeProfile(numbers=numbers, texts=texts, median=median)

    def _check_touches(self, job: Job, unit: TimeUnit) -> None:
        zone_ms = _zone_ms(job.column_map.time.zone)
        if "touches" in self.typed:
            self.typed["touches"].show_touches(self.connection, unit, zone_ms, whole_reader=self.whole_reader)
            return
        self._check("touches", {"unit": unit, "zone_ms": zone_ms, "with_id": job.column_map.touches.id is not None})
        self.connection.execute(
            "create table touches as select row, reader, key, ord, ord_number, at_ms, kind from touches_checked "
            "where fault is null"
        )
        self.connection.execute("drop table touches_checked")

    def _check_conversions(self, job: Job, unit: TimeUnit) -> None:
        conversions, zone_ms = job.column_map.conversions, _zone_ms(job.column_map.time.zone)
        if "conversions" in self.typed:
            typed = self.typed["conversions"]
            typed.check_conversions(self.connection, unit, zone_ms, whole_reader=self.whole_reader)
            self._set_aside("conversions")
        else:
            self._check(
                "conversions",
                {
                    "unit": unit,
                    "zone_ms": zone_ms,
                    "with_id": conversions.id is not None,
                    "value_unit": conversions.value_unit,
                    "may_lack_time": conversions.missing_time == "last_touch",
                },
            )
        ((untimed,),) = self.rows("select count(*) from conversions_checked where fault is null and at_ms is null")
        timed = "files/conversions_timed" if untimed else "files/conversions_as_told"
        self.connection.execute(f"create table conversions as {queries.text(timed)}")
        self.connection.execute("drop table conversions_checked")

    def _check(self, role: Role, parameters: Mapping[str, object]) -> None:
        self._make(f"{role}_checked", parameters)
        self._set_aside(role)

    def _set_aside(self, role: Role) -> None:
        """Of rows with one id leave one; move what is at fault aside."""
        if self._sources[role].id is not None:
            self._make(f"{role}_once", {})
            self.connection.execute(f"drop table {role}_checked; alter table {role}_once rename to {role}_checked")
        self.connection.execute(
            f"create table {role}_bad as select row, fault, raw from {role}_checked where fault is not null"  # noqa: S608 - ours
        )

    def _make(self, query: str, parameters: Mapping[str, object]) -> None:
        self.connection.execute(f"create table {query} as {queries.text(f'files/{query}')}", parameters)

    def _inputs(self, job: Job, units: Mapping[Role, TimeUnit], kind: TimeKind) -> Inputs:
        counted = self.rows("select count(distinct reader) from touches") if job.count_readers else [(None,)]
        ((without_time, without_value),) = self.rows(
            "select count(*) filter (without_time), count(*) - count(value_fen) from conversions"
        )
        return Inputs(
            touches=self._read("touches", units["touches"]),
            conversions=self._read("conversions", units["conversions"]),
            time_kind=kind,
            readers=counted[0][0],
            without_time=without_time,
            without_value=None if job.column_map.conversions.value is None else without_value,
            refunds=self._read("refunds", "iso") if "refunds" in self._sources else None,
        )

    def _read(self, role: Role, unit: TimeUnit) -> Read:
        staged = self._staged[role]
        ((bad,),) = self.rows(f"select count(*) from {role}_bad")  # noqa: S608 - our own word
        left = 0
        if role in self.typed and bad == 0:
            good = staged.rows
        else:
            ((good,),) = self.rows(f"select count(*) from {role}")  # noqa: S608 - same
        if role not in self.typed:
            ((left,),) = self.rows(f"select count(*) from {role}_staged where fault is null and not selected")  # noqa: S608 - same
            self.connection.execute(f"drop table {role}_staged")
        return Read(
            role=role,
            file=staged.file.name,
            sha256=self._digests[role].result(),
            size_bytes=staged.size_bytes,
            rows=staged.rows,
            blank_lines=staged.blank_lines,
            good=good,
            not_selected=left,
            quarantined=bad,
            unused_columns=staged.unused_columns,
            time_unit=None if self._sources[role].time is None else unit,
        )

    def _field(self, role: Role, code: str) -> str:
        named = getattr(self._sources[role], _FIELD_OF.get(code.partition("_")[0], ""), None)
        return "+".join(columns_of(named)) if named else ""


def _quarantine_query(role: Role, *, packed: bool) -> str:
    if not packed:
        return f"select row, fault, raw from {role}_bad order by row"  # noqa: S608 - ours
    return (
        f"select c.row, c.fault, cast(to_json(p) as varchar) from {role}_bad as c "  # noqa: S608 - same
        "join (select * from read_parquet($path, file_row_number = true)) as p on p.file_row_number + 1 = c.row "
        "order by c.row"
    )


def _zone_ms(zone: str) -> int:
    """Read `+08:00` as milliseconds ahead of UTC."""
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return (hours * 60 + minutes) * _MINUTE_MS * (-1 if zone[0] == "-" else 1)
