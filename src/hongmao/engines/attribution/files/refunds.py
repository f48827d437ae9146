"""退款 of a job on files: what goes back is taken from the value of the conversion it names, and no conversion is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.attribution import queries
from hongmao.attribution.files.column_map import Conversions
from hongmao.engines.attribution.files.staging import Staged, stage

if TYPE_CHECKING:
    import duckdb

    from hongmao.attribution.files.column_map import Refunds
    from hongmao.attribution.files.contracts import Job
    from hongmao.attribution.files.ports import Progress


def source_of(refunds: Refunds) -> Conversions:
    """Read refunds as what staging knows: the conversion they name stands where a reader would."""
    return Conversions(
        columns=refunds.columns,
        reader=refunds.conversion,
        id=refunds.id,
        value=refunds.value,
        value_unit=refunds.value_unit,
        where=refunds.where,
    )


def take_refunds(
    connection: duckdb.DuckDBPyConnection, job: Job, refunds: Refunds, source: Conversions, progress: Progress
) -> Staged:
    """Stage refunds, check them against the table `conversions`, and leave in it what is left of each value.

    Makes the tables `refunds_staged`, `refunds` and `refunds_bad`.
    """
    path = job.conversions if refunds.file is None else job.conversions.parent / refunds.file
    staged = stage(connection, "refunds_staged", path, source, job.column_map.format, progress)
    connection.execute(
        f"create table refunds_checked as {queries.text('files/refunds_checked')}",
        {"value_unit": refunds.value_unit, "with_id": refunds.id is not None},
    )
    connection.execute(
        "create table refunds_bad as select row, fault, raw from refunds_checked where fault is not null; "
        "create table refunds as select row, conversion_id, value_fen from refunds_checked where fault is null; "
        "drop table refunds_checked"
    )
    connection.execute(f"create table conversions_net as {queries.text('files/conversions_net')}")
    connection.execute("drop table conversions; alter table conversions_net rename to conversions")
    return staged
