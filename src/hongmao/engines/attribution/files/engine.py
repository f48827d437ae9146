"""`FileEngine` on DuckDB: SQL reads, checks and joins; the kernel credits; credits and sums stand below one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from hongmao.attribution.capabilities import Capabilities
from hongmao.engines.attribution.files.bucketed import BucketedFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.attribution.files.ports import Progress
    from hongmao.engines.attribution.files.asked import Totals
    from hongmao.engines.attribution.files.credits import BucketStore

BUCKET_TOUCHES = 60_000_000
"""Of converting readers, at most so many at once: about 100 bytes each while they are sorted and credited."""


class DuckDbFiles(BucketedFiles):
    """One job's DuckDB, in memory, spilling beside nothing of the user's."""

    name = "duckdb"
    version = str(duckdb.__version__)
    can = Capabilities(
        name=name,
        version=version,
        distributed=False,
        spills=True,
        resumes=True,
        bit_exact_rules=True,
        estimates_within=1e-9,
        tested_touches_max=100_000_000,
    )

    def __init__(self, *, memory: str | None = None, work: Path | None = None, bucket: int = BUCKET_TOUCHES) -> None:
        """Open an engine for one job; see `BucketedFiles`."""
        super().__init__(memory=memory, work=work, bucket=bucket)

    def _credit(self, store: BucketStore, progress: Progress) -> Iterator[Totals]:
        self._number_readers()
        buckets, all_touches = self._cut()
        for number in range(buckets):
            progress(f"{number + 1}/{buckets}", number, buckets)
            sums = store.done(number)
            if sums is None:
                touches = all_touches if all_touches is not None else self._touches(number, buckets)
                sums = store.compute(number, touches, self._conversions(number, buckets))
            yield sums
        progress("", buckets, buckets)

    def _cut(self) -> tuple[int, Any | None]:
        """Say into how many buckets readers are cut, and give the touches of all of them where one bucket holds them."""
        connection, joined = self._reading.connection, self._joined()
        if self._good_touches() <= self._bucket:
            return 1, connection.sql(joined).to_arrow_table()
        # Few of many touches are a converting reader's. One more than a bucket holds tells that they are too many: then
        # DuckDB keeps them in a table, within its bound of memory and spilling the rest, and buckets are read from that.
        touches = connection.sql(f"{joined} limit {self._bucket + 1}").to_arrow_table()
        if touches.num_rows <= self._bucket:
            return 1, touches
        del touches
        connection.execute(f"create table converting as {joined}")
        ((count,),) = self._reading.rows("select count(*) from converting")
        return -(-int(count) // self._bucket), None

    def _joined(self) -> str:
        more = "".join(f", t.{name}" for name in self._told())
        # A typed file's keys are told as they are: text is made of each distinct one, not of every touch's.
        key = "t.key_as_told as key" if "touches" in self._reading.typed else "t.key"
        return (
            f"select t.row, r.code as reader, t.at_ms, {key}{more} from touches as t join readers as r using (reader)"  # noqa: S608 - our own names
        )

    def _touches(self, number: int, buckets: int) -> Any:
        """Fetch a bucket's touches, in any order."""
        touches = f"select * from converting where reader % {buckets} = {number}"  # noqa: S608 - numbers
        return self._reading.connection.sql(touches).to_arrow_table()
