"""`FileEngine` on DuckDB: stage, check, credit, add up, write."""

from __future__ import annotations

import shutil
import tempfile
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq

from hongmao.attribution import queries
from hongmao.attribution.files.column_map import columns_of
from hongmao.attribution.files.contracts import Inputs, Quarantined, Read, Share
from hongmao.attribution.files.rules import TimeProfile, decide_kind, decide_unit
from hongmao.attribution.models import model_named
from hongmao.engines.attribution.files.opening import Kind
from hongmao.engines.attribution.files.staging import Staged, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.files.column_map import Source
    from hongmao.attribution.files.contracts import By, Job, Role, Rule, TimeKind, TimeUnit
    from hongmao.attribution.files.ports import Progress

_FUNCTIONS = {
    "instant_ms": "told, unit, zone_ms",
    "time_fault": "told, at_ms",
    "amount_fen": "told, unit",
}
_FIELD_OF = {"reader": "reader", "key": "key", "id": "id", "time": "time", "value": "value"}
_PAGE_ROWS = 10_000
_MINUTE_MS = 60_000
CREDITS_ROW_GROUP = 122_880


class DuckDbFiles:
    """One job's DuckDB, in memory, spilling beside nothing of the user's."""

    name = "duckdb"
    version = str(duckdb.__version__)

    def __init__(self) -> None:
        """Open an empty database that can spill to a folder of its own."""
        self._spill = tempfile.mkdtemp(prefix="hongmao-attribute-")
        self._connection = duckdb.connect(":memory:", config={"temp_directory": self._spill})
        self._connection.execute("set TimeZone = 'UTC'")
        for name, arguments in _FUNCTIONS.items():
            self._function(name, arguments, f"files/{name}")
        self._staged: dict[Role, Staged] = {}
        self._sources: dict[Role, Source] = {}
        self._rules = 0

    def read(self, job: Job, progress: Progress) -> Inputs:
        """Stage both files, decide how times are meant, check every row, and time the conversions."""
        self._sources = {"touches": job.column_map.touches, "conversions": job.column_map.conversions}
        paths: dict[Role, Path] = {"touches": job.touches, "conversions": job.conversions}
        for role, path in paths.items():
            source = self._sources[role]
            self._staged[role] = stage(
                self._connection, f"{role}_staged", path, source, job.column_map.format, progress
            )
        profiles = {role: self._profile(role) for role in paths}
        units = {role: decide_unit(job.column_map.time, profile) for role, profile in profiles.items()}
        kind = decide_kind(job.column_map.time, [(units[role], profiles[role]) for role in paths])
        self._check(job, units)
        self._function("touch_day", "at_ms", f"files/touch_day_{kind}")
        return self._inputs(job, units, kind)

    def credit(self, rule: Rule) -> None:
        """Add one rule's credits to the table of credits."""
        steps = {"inside": "files/inside", "credited": f"models/{model_named(rule.model).name}"}
        sql = queries.chain(steps, queries.text("files/credits"))
        verb = "insert into credits" if self._rules else "create table credits as"
        parameters = {
            "rule": self._rules,
            "label": rule.label,
            "definition_id": rule.definition_id,
            "definition_version": rule.definition_version,
            "fingerprint": rule.fingerprint,
            "model": rule.model,
            "window": rule.window,
            "length_ms": rule.length_ms,
        }
        self._connection.execute(f"{verb} {sql}", parameters)
        self._rules += 1

    def shares(self, rule: Rule, by: By) -> Sequence[Share]:
        """Add one rule's credits up."""
        rows = self._rows(queries.text("files/shares"), {"by": by, "label": rule.label})
        return [
            Share(key=key, credit_millionths=credit, value_fen=value, value_partial=partial)
            for key, credit, value, partial in rows
        ]

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count quarantined rows."""
        rows = self._rows(
            "select 'touches', fault, count(*) from touches_checked where fault is not null group by fault union all "
            "select 'conversions', fault, count(*) from conversions_checked where fault is not null group by fault"
        )
        return {(role, code): count for role, code, count in sorted(rows, reverse=True)}

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows, touches first."""
        roles: tuple[Role, ...] = ("touches", "conversions")
        for role in roles:
            staged = self._staged[role]
            cursor = self._connection.cursor()
            cursor.execute(
                self._quarantine_query(role, staged), {"path": str(staged.file)} if staged.kind is Kind.PARQUET else {}
            )
            while page := cursor.fetchmany(_PAGE_ROWS):
                for row, code, raw in page:
                    yield Quarantined(
                        role=role, file=staged.file.name, row=row, field=self._field(role, code), code=code, raw=raw
                    )

    def write_credits(self, path: Path) -> None:
        """Write all credits, ordered by rule, conversion and touch."""
        ordered = "select * exclude (rule) from credits order by rule, conversion_row, touch_row"
        reader = self._connection.sql(ordered).to_arrow_reader(CREDITS_ROW_GROUP)
        with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch, row_group_size=CREDITS_ROW_GROUP)

    def close(self) -> None:
        """Release memory and spill files."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _function(self, name: str, arguments: str, file: str) -> None:
        self._connection.execute(f"create or replace macro {name}({arguments}) as (\n{queries.text(file)}\n)")

    def _rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Any]:
        return self._connection.execute(sql, parameters).fetchall()

    def _profile(self, role: Role) -> TimeProfile:
        query = queries.text("files/profile").replace("{staged}", f"{role}_staged")
        numbers, texts, median = self._rows(query)[0]
        return TimeProfile(numbers=numbers, texts=texts, median=median)

    def _check(self, job: Job, units: Mapping[Role, TimeUnit]) -> None:
        zone_ms = _zone_ms(job.column_map.time.zone)
        conversions = job.column_map.conversions
        self._make(
            "touches_checked",
            {"unit": units["touches"], "zone_ms": zone_ms, "with_id": job.column_map.touches.id is not None},
        )
        self._make(
            "conversions_checked",
            {
                "unit": units["conversions"],
                "zone_ms": zone_ms,
                "with_id": conversions.id is not None,
                "value_unit": conversions.value_unit,
                "may_lack_time": conversions.missing_time == "last_touch",
            },
        )
        for role in self._staged:
            if self._sources[role].id is not None:
                self._make(f"{role}_once", {})
                self._connection.execute(f"drop table {role}_checked; alter table {role}_once rename to {role}_checked")
        self._connection.execute(
            "create table touches as select row, reader, key, ord, ord_number, at_ms from touches_checked where fault is null"
        )
        self._make("conversions_timed", {}, named="conversions")
        self._make("candidates", {})

    def _make(self, query: str, parameters: Mapping[str, object], *, named: str | None = None) -> None:
        self._connection.execute(f"create table {named or query} as {queries.text(f'files/{query}')}", parameters)

    def _inputs(self, job: Job, units: Mapping[Role, TimeUnit], kind: TimeKind) -> Inputs:
        ((readers, taken),) = self._rows(
            "select count(distinct reader), coalesce(bool_or(key = $label), false) from touches",
            {"label": job.none_label},
        )
        ((without_time, without_value),) = self._rows(
            "select count(*) filter (without_time), count(*) - count(value_fen) from conversions"
        )
        reads = {role: self._read(role, units[role]) for role in self._staged}
        self._connection.execute("drop table touches_staged; drop table conversions_staged")
        return Inputs(
            touches=reads["touches"],
            conversions=reads["conversions"],
            time_kind=kind,
            readers=readers,
            without_time=without_time,
            without_value=None if job.column_map.conversions.value is None else without_value,
            none_label_taken=taken and job.by == "key",
        )

    def _read(self, role: Role, unit: TimeUnit) -> Read:
        staged = self._staged[role]
        ((left,),) = self._rows(f"select count(*) from {role}_staged where fault is null and not selected")  # noqa: S608 - ours
        ((good, bad),) = self._rows(f"select count(*) - count(fault), count(fault) from {role}_checked")  # noqa: S608 - same
        return Read(
            role=role,
            file=staged.file.name,
            sha256=staged.sha256,
            size_bytes=staged.size_bytes,
            rows=staged.rows,
            blank_lines=staged.blank_lines,
            good=good,
            not_selected=left,
            quarantined=bad,
            unused_columns=staged.unused_columns,
            time_unit=None if self._sources[role].time is None else unit,
        )

    def _quarantine_query(self, role: Role, staged: Staged) -> str:
        if staged.kind is not Kind.PARQUET:
            return f"select row, fault, raw from {role}_checked where fault is not null order by row"  # noqa: S608 - ours
        return (
            f"select c.row, c.fault, cast(to_json(p) as varchar) from {role}_checked as c "  # noqa: S608 - same
            "join (select * from read_parquet($path, file_row_number = true)) as p on p.file_row_number + 1 = c.row "
            "where c.fault is not null order by c.row"
        )

    def _field(self, role: Role, code: str) -> str:
        named = getattr(self._sources[role], _FIELD_OF.get(code.partition("_")[0], ""), None)
        return "+".join(columns_of(named)) if named else ""


def _zone_ms(zone: str) -> int:
    """Read `+08:00` as milliseconds ahead of UTC."""
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return (hours * 60 + minutes) * _MINUTE_MS * (-1 if zone[0] == "-" else 1)
