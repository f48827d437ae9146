"""What every engine for files does alike: DuckDB reads and checks, buckets are credited, sums and credits are given out.

An engine says how the touches of converting readers reach the kernel, bucket by bucket; all else stands here.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.attribution.files.contracts import Share
from hongmao.engines.attribution.files.asked import CONVERSIONS_SCHEMA, Asked, Sum, Totals, credits_schema, merge
from hongmao.engines.attribution.files.credits import BucketStore, checksums, gather
from hongmao.engines.attribution.files.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.capabilities import Capabilities
    from hongmao.attribution.files.contracts import Inputs, Job, Quarantined, Role, Rule
    from hongmao.attribution.files.ports import Progress
    from hongmao.attribution.path_files.contracts import Cut, Journeys

_PICOS_PER_MILLIONTH = 1_000_000


class BucketedFiles(ABC):
    """One job: readers are cut into buckets, each is credited once, and what was finished is not done again."""

    name: str
    version: str
    can: Capabilities

    def __init__(self, *, memory: str | None, work: Path | None, bucket: int) -> None:
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

    @abstractmethod
    def _credit(self, store: BucketStore, progress: Progress) -> Iterator[Totals]:
        """Credit the buckets that the store has not yet, and give the sums of each, done now or before."""

    def read(self, job: Job, progress: Progress) -> Inputs:
        """Take both files in, decide how times are meant, check every row, and time the conversions."""
        self._job = job
        self._inputs = self._reading.read(job, progress)
        return self._inputs

    def credit(self, rules: Sequence[Rule], progress: Progress, *, keep: bool) -> None:
        """Credit bucket by bucket; each is small enough to be held, and each is done once."""
        asked = self._ask(rules, keep=keep)
        store = BucketStore(self._folder(asked), asked)
        for sums in self._credit(store, progress):
            merge(self._totals, sums)
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
        gather(self.credit_files(), credits_schema(self._known()), path, fleeting=self._work is None)

    def credit_files(self) -> tuple[Path, ...]:
        """List the files of kept credits, bucket by bucket."""
        if self._store is None:
            raise TypeError("nothing was credited yet")
        return self._store.files()

    def checksums(self) -> dict[str, str]:
        """Name each rule's credits by their content."""
        return checksums(self.credit_files(), self._known())

    def journeys(self, cut: Cut, length_ms: int | None) -> Journeys:
        """Cut the good touches and conversions into journeys."""
        from hongmao.engines.attribution.files.journeys import journeys_of_tables  # noqa: PLC0415 - compiles, when asked

        chart = self._read_job().column_map
        return journeys_of_tables(
            self._reading.connection,
            cut=cut,
            length_ms=length_ms,
            with_value=chart.conversions.value is not None,
            with_order=chart.touches.order is not None,
        )

    def close(self) -> None:
        """Release memory and spill files."""
        self._reading.close()

    def _number_readers(self) -> None:
        """Number the converting readers by their first conversion, in a table `readers` (reader, code)."""
        self._reading.connection.execute(
            "create table readers as select reader, row_number() over (order by min(row)) - 1 as code "
            "from conversions group by reader"
        )

    def _conversions(self, number: int, buckets: int) -> Any:
        """Fetch a bucket's conversions by row."""
        conversions = (
            "select c.row, r.code as reader, c.at_ms, c.id, c.value_fen from conversions as c "  # noqa: S608 - numbers
            f"join readers as r using (reader) where r.code % {buckets} = {number} order by c.row"
        )
        return self._reading.connection.sql(conversions).to_arrow_table().cast(CONVERSIONS_SCHEMA)

    def _told(self) -> tuple[str, ...]:
        """Name the columns of touches that the map gives, beyond those that every touch has."""
        touches = self._read_job().column_map.touches
        return (*(("ord",) if touches.order else ()), *(("kind",) if touches.kind else ()))

    def _good_touches(self) -> int:
        return self._inputs.touches.good if self._inputs is not None else 0

    def _ask(self, rules: Sequence[Rule], *, keep: bool) -> Asked:
        job, inputs = self._read_job(), self._inputs
        if inputs is None:
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
        told = [self.name, msgspec.to_builtins(asked, str_keys=True), repr(self._inputs), self._bucket]
        return self._work / hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]

    def _read_job(self) -> Job:
        if self._job is None:
            raise TypeError("nothing was read yet")
        return self._job

    def _known(self) -> Asked:
        if self._asked is None:
            raise TypeError("nothing was credited yet")
        return self._asked


def _share(key: str | None, one: Sum, *, with_value: bool) -> Share:
    return Share(
        key=key,
        credit_millionths=(2 * one.picos + _PICOS_PER_MILLIONTH) // (2 * _PICOS_PER_MILLIONTH),
        value_fen=one.fen if with_value and one.known else None,
        value_partial=one.unknown or not with_value,
    )
