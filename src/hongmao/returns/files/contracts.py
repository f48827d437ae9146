"""What a file format says of itself: its headers by all their names, and what one row means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.returns.contracts import ReportCell, Row, RowProblem
    from hongmao.returns.store import PlatformAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What is known of a file before its rows: its name, when it was exported, and what the importer was told of it."""

    name: str
    snapshot_ms: int
    """When the platform made it; later snapshots win (ATTR-11)."""
    facts: Mapping[str, str] = field(default_factory=dict)


class Headed(Protocol):
    """Anything that is read from a table by its headers."""

    @property
    def name(self) -> str:
        """Name it for people."""
        ...

    @property
    def aliases(self) -> Mapping[str, Sequence[str]]:
        """Give, for each field, the headers it goes by."""
        ...

    @property
    def required(self) -> Sequence[str]:
        """Give the fields without which a table is not this one."""
        ...


class FileFormat(Protocol):
    """One report that a platform exports. Cells come as text, stripped; a blank cell and `—` come as "".

    Headers are matched after normalising width, brackets and spaces, so 行业商品GMV（30日) and 行业商品GMV(30日) are one.
    """

    name: str
    aliases: Mapping[str, Sequence[str]]
    """Field name -> the headers it goes by."""
    required: Sequence[str]
    """Fields without which the file is not this report."""

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> Sequence[Row | RowProblem | ReportCell]:
        """Read one row, by field name; most give one thing, an order with several facts gives several."""
        ...
