"""`FileEngine` on Spark: DuckDB reads and checks, Spark brings each reader's touches together, the kernel credits them."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from hongmao.attribution.capabilities import Capabilities
from hongmao.engines.attribution.files.bucketed import BucketedFiles
from hongmao.engines.spark.errors import SharedFolderMissing
from hongmao.engines.spark.files.touches import Times, good_touches, zone_ms
from hongmao.engines.spark.files.worker import SCHEMA, BucketWork, raise_first
from hongmao.engines.spark.java import JAVA_OLDEST
from hongmao.engines.spark.session import open_spark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.attribution.files.ports import Progress
    from hongmao.engines.attribution.files.asked import Asked, Totals
    from hongmao.engines.attribution.files.credits import BucketStore
    from hongmao.engines.spark.address import Address

BUCKET_TOUCHES: Final = 4_000_000
"""Touches of one bucket on average: a worker holds about 100 bytes of each, and as many workers run as there are cores."""
BUCKETS_PER_CORE: Final = 2
BROADCAST_READERS_MAX: Final = 2_000_000
"""Up to so many converting readers every executor gets the whole list, and touches that can earn nothing go nowhere."""
_LOOK_SECONDS: Final = 0.25


class SparkFiles(BucketedFiles):
    """One job on Spark; the session is shared with whatever else this process asks of the same Spark."""

    name = "spark"

    def __init__(
        self, address: Address, *, memory: str | None = None, work: Path | None = None, bucket: int = BUCKET_TOUCHES
    ) -> None:
        """Open an engine for one job; see `BucketedFiles`. `work` must be a folder that executors see as well."""
        if address.shared is None and not address.loopback:
            raise SharedFolderMissing(place=address.master)
        self._stack = ExitStack()
        self._spark = self._stack.enter_context(open_spark(address))
        super().__init__(memory=memory, work=work, bucket=bucket)
        self._scratch = Path(tempfile.mkdtemp(prefix="files-", dir=self._spark.scratch))
        self.version = self._spark.version
        self.can = capabilities(self.version)

    def close(self) -> None:
        """Release memory, staged files and the session."""
        super().close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._stack.close()

    def _credit(self, store: BucketStore, progress: Progress) -> Iterator[Totals]:
        self._number_readers()
        ((readers,),) = self._reading.rows("select count(*) from readers")
        work = self._work_of(store, readers)
        missing = [number for number in range(work.buckets) if store.done(number) is None]
        for number in missing:
            pq.write_table(self._conversions(number, work.buckets), work.conversions_of(number))
        if missing:
            self._run(self._bucketed(work, missing, readers), work, missing, progress)
        for number in range(work.buckets):
            sums = store.done(number)
            # A bucket without a single touch reaches no worker.
            yield (
                store.compute(number, self._no_touches(), self._conversions(number, work.buckets))
                if sums is None
                else sums
            )
        progress("", work.buckets, work.buckets)

    def _work_of(self, store: BucketStore, readers: int) -> BucketWork:
        conversions = self._scratch / "conversions"
        conversions.mkdir()
        most = max(BUCKETS_PER_CORE * self._spark.parallelism, -(-self._good_touches() // self._bucket))
        return BucketWork(store=store, buckets=max(1, min(most, readers)), conversions=conversions)

    def _bucketed(self, work: BucketWork, missing: list[int], count: int) -> Any:
        """Bring the touches of each bucket's readers together, one bucket a partition."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - an extra, and slow to import

        session = self._spark.session
        touches = good_touches(session, self._reading, self._times(), self._scratch)
        path = self._scratch / "readers.parquet"
        self._reading.connection.sql("select reader, code from readers").write_parquet(str(path))
        readers = session.read.parquet(str(path))
        told = touches.join(f.broadcast(readers) if count <= BROADCAST_READERS_MAX else readers, "reader")
        bucket = (f.col("code") % work.buckets).cast("int")
        wanted = told if len(missing) == work.buckets else told.where(bucket.isin(missing))
        columns = [f.col("code").alias("reader"), *(f.col(name) for name in self._columns()[1:])]
        return wanted.select(*columns, bucket.alias("bucket")).repartitionById(work.buckets, "bucket").drop("bucket")

    def _run(self, touches: Any, work: BucketWork, missing: list[int], progress: Progress) -> None:
        """Credit the buckets, telling how many are done; an interrupt leaves no task behind."""
        credited = touches.mapInArrow(work, SCHEMA)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(credited.toArrow)
            try:
                while not wait([waiting], timeout=_LOOK_SECONDS).done:
                    left = sum(work.store.done(number) is None for number in missing)
                    progress(f"{work.buckets - left}/{work.buckets}", work.buckets - left, work.buckets)
            except BaseException:
                self._spark.session.sparkContext.cancelAllJobs()
                raise
        raise_first(waiting.result()["fault"].to_pylist())

    def _columns(self) -> tuple[str, ...]:
        return ("reader", "row", "at_ms", "key", *self._told())

    def _no_touches(self) -> Any:
        text, whole = pa.string(), pa.int64()
        kinds = {"reader": whole, "row": whole, "at_ms": whole}
        return pa.schema([(name, kinds.get(name, text)) for name in self._columns()]).empty_table()

    def _times(self) -> Times:
        job, inputs = self._read_job(), self._inputs
        unit = inputs.touches.time_unit if inputs is not None else None
        return Times(unit=unit or "number_ms", zone_ms=zone_ms(job.column_map.time.zone))

    def _folder(self, asked: Asked) -> Path:
        return self._scratch / "buckets" if self._work is None else super()._folder(asked)


def capabilities(version: str) -> Capabilities:
    """Say what Spark promises."""
    return Capabilities(
        name=SparkFiles.name,
        version=version,
        distributed=True,
        spills=True,
        resumes=True,
        bit_exact_rules=True,
        estimates_within=1e-9,
        tested_touches_max=10_000_000,
        needs=(f"Java {JAVA_OLDEST}", "hongmao[spark]"),
    )
