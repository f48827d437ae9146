"""Which engine computes the platform's credits: what HONGMAO_ENGINE names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.engines.spark.address import read_address
from hongmao.engines.spark.errors import EngineUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.engines.attribution.lake_engine import LakeCredits
    from hongmao.engines.lake.derived import Derived
    from hongmao.engines.lake.files import LakeFiles
    from hongmao.engines.tables import DuckTables

DUCKDB = "duckdb"


def names_engine(engine: str) -> bool:
    """Tell whether a setting names an engine; nothing is started, and nothing needs to be installed yet."""
    if engine == DUCKDB:
        return True
    try:
        read_address(engine)
    except EngineUnknown:
        return False
    return True


def credit_engine(
    engine: str,
    tables: DuckTables,
    derived: Derived,
    files: LakeFiles,
    *,
    closing: Callable[[Callable[[], None]], object],
) -> LakeCredits:
    """Give the engine that publishes credits among the derived tables; `closing` is told what to call in the end.

    Spark is started when the first credits are computed, not before.
    """
    # Settings are read by every command; what computes is loaded by those that compute.
    if engine == DUCKDB:
        from hongmao.engines.attribution.lake_engine import LakeCredits  # noqa: PLC0415 - see above

        return LakeCredits(tables, derived, files.folder)
    from hongmao.engines.spark.credits import SparkCredits  # noqa: PLC0415 - see above
    from hongmao.engines.spark.session import Loan  # noqa: PLC0415 - see above
    from hongmao.engines.spark.tables import SparkTables  # noqa: PLC0415 - see above

    loan = Loan(read_address(engine))
    closing(loan.close)
    return SparkCredits(SparkTables(loan, files), tables, derived, files.folder)
