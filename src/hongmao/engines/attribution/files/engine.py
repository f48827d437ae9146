"""`FileEngine` on DuckDB: SQL reads, checks and joins; the kernel credits; credits and sums stand below one folder."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec

from hongmao.attribution.files.contracts import Share
from hongmao.engines.attribution.files.bucket import CONVERSIONS_SCHEMA, Asked, Sum, Totals, credits_schema, merge
from hongmao.engines.attribution.files.credits import BucketStore, checksums, gather
from hongmao.engines.attribution.files.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.files.contracts import Inputs, Job, Quarantined, Role, Rule
    from hongmao.attribution.files.ports import Progress
    from hongmao.attribution.path_files.contracts import Cut, Journeys

BUCKET_TOUCHES = 60_000_000
"""Of converting readers, at most so many at once: about 100 bytes each while they are sorted and credited."""
_PICOS_PER_MILLIONTH = 1_000_000


class DuckDbFiles:
    """One job's DuckDB, in memory, spilling beside nothing of the user's."""

    name = "duckdb"
    version = str(duckdb.__version__)

    def __init__(self, *, memory: str | None = None, work: Path | None = None, bucket: int = BUCKET_TOUCHES) -> None:
        """Open an engine for one job.

        `memory` bounds DuckDB, such as `4GB`; `bucket` is how many touches are credited at once; in `work` finished
        buckets outlive the process, so that the same job goes on where it stopped.
        """
        self._reading = Reading(memory=memory)
        self._work = work
        self._bucket = bucket
        self._job: Job | None = None
        self._inputs: Inputs | None = None
        self._asked: Asked | None = None
        self._store: BucketStore | None = None
        self._totals: Totals = {}

    def read(self, job: Job, progress: Progress) -> Inputs:
        """Take both files in, decide how times are meant, check every row, and time the conversions."""
        self._job = job
        self._inputs = self._reading.read(job, progress)
        return self._inputs

    def credit(self, rules: Sequence[Rule], progress: Progress, *, keep: bool) -> None:
        """Credit bucket by bucket; each is small enough to be held, and each is done once."""
        asked = self._ask(rules, keep=keep)
        store = BucketStore(self._folder(asked), asked)
        buckets = self._cut()
        for number in range(buckets):
            progress(f"{number + 1}/{buckets}", number, buckets)
            sums = store.done(number)
            merge(self._totals, store.compute(number, *self._columns(number, buckets)) if sums is None else sums)
        progress("", buckets, buckets)
        self._asked, self._store = asked, store

    def shares(self, rule: Rule) -> Sequence[Share]:
        """Give a rule's sums, each rounded once."""
        number = self._known().rules.index(rule)
        return [
            _share(key, one, with_value=self._known().with_value)
            for (place, key), one in self._totals.items()
            if place == number
        ]

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count quarantined rows."""
        return self._reading.faults()

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows, touches first."""
        return self._reading.quarantined()

    def write_credits(self, path: Path) -> None:
        """Write all credits as one file, by bucket, conversion and touch."""
        gather(self._stored().files(), credits_schema(self._known()), path)

    def checksums(self) -> dict[str, str]:
        """Name each rule's credits by their content."""
        return checksums(self._stored().files(), self._known())

    def journeys(self, cut: Cut, length_ms: int | None) -> Journeys:
        """Cut the good touches and conversions into journeys."""
        from hongmao.engines.attribution.files.journeys import journeys_of_tables  # noqa: PLC0415 - compiles, when asked

        job = self._job
        if job is None:
            raise TypeError("nothing was read yet")
        with_value = job.column_map.conversions.value is not None
        return journeys_of_tables(self._reading.connection, cut=cut, length_ms=length_ms, with_value=with_value)

    def close(self) -> None:
        """Release memory and spill files."""
        self._reading.close()

    def _ask(self, rules: Sequence[Rule], *, keep: bool) -> Asked:
        job, inputs = self._job, self._inputs
        if job is None or inputs is None:
            raise TypeError("nothing was read yet")
        return Asked(
            rules=tuple(rules),
            by=job.by,
            time_kind=inputs.time_kind,
            organic=job.column_map.touches.organic,
            with_value=job.column_map.conversions.value is not None,
            with_rows=keep,
        )

    def _folder(self, asked: Asked) -> Path:
        """Name the folder of this very job: other inputs, rules or sizes are another job's."""
        if self._work is None:
            return self._reading.spill / "buckets"
        told = msgspec.json.encode([msgspec.to_builtins(asked, str_keys=True), repr(self._inputs), self._bucket])
        return self._work / hashlib.sha256(told).hexdigest()[:16]

    def _cut(self) -> int:
        """Number the converting readers by their first conversion, and say into how many buckets they are cut."""
        connection = self._reading.connection
        connection.execute(
            "create table readers as select reader, row_number() over (order by min(row)) - 1 as code "
            "from conversions group by reader"
        )
        rows = self._inputs.touches.good if self._inputs is not None else 0
        if rows <= self._bucket:
            return 1
        # DuckDB keeps this table within its bound of memory and spills the rest; the buckets are then read from it.
        connection.execute(f"create table converting as {self._joined()}")
        ((count,),) = self._reading.rows("select count(*) from converting")
        return max(1, -(-int(count) // self._bucket))

    def _joined(self) -> str:
        more = "".join(f", t.{name}" for name in self._told())
        return (
            f"select t.row, r.code as reader, t.at_ms, t.key{more} from touches as t join readers as r using (reader)"  # noqa: S608 - our own names
        )

    def _told(self) -> tuple[str, ...]:
        """Name the columns that the map gives, beyond those that every touch has."""
        touches = self._job.column_map.touches if self._job is not None else None
        return (*(("ord",) if touches and touches.order else ()), *(("kind",) if touches and touches.kind else ()))

    def _columns(self, number: int, buckets: int) -> tuple[Any, Any]:
        """Fetch a bucket's touches, in any order, and its conversions by row."""
        connection = self._reading.connection
        touches = (
            self._joined() if buckets == 1 else f"select * from converting where reader % {buckets} = {number}"  # noqa: S608 - numbers
        )
        conversions = (
            "select c.row, r.code as reader, c.reader as name, c.at_ms, c.id, c.value_fen from conversions as c "  # noqa: S608 - same
            f"join readers as r using (reader) where r.code % {buckets} = {number} order by c.row"
        )
        return (
            connection.sql(touches).to_arrow_table(),
            connection.sql(conversions).to_arrow_table().cast(CONVERSIONS_SCHEMA),
        )

    def _known(self) -> Asked:
        if self._asked is None:
            raise TypeError("nothing was credited yet")
        return self._asked

    def _stored(self) -> BucketStore:
        if self._store is None:
            raise TypeError("nothing was credited yet")
        return self._store


def _share(key: str | None, one: Sum, *, with_value: bool) -> Share:
    return Share(
        key=key,
        credit_millionths=(2 * one.picos + _PICOS_PER_MILLIONTH) // (2 * _PICOS_PER_MILLIONTH),
        value_fen=one.fen if with_value and one.known else None,
        value_partial=one.unknown or not with_value,
    )
