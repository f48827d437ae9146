"""The port of an engine that can read two files and credit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.files.contracts import By, Inputs, Job, Quarantined, Role, Rule, Share

    Progress = Callable[[str, int, int], None]
    """Told the stage, how much of it is done and how much there is."""


class FileEngine(Protocol):
    """Reads, credits, answers. One engine serves one job; close it when done."""

    name: str
    version: str

    def read(self, job: Job, progress: Progress) -> Inputs:
        """Read and check both files. Raises a `BadInput` about a file as a whole; single bad rows are set aside."""
        ...

    def credit(self, rule: Rule) -> None:
        """Apply one rule to every good conversion."""
        ...

    def shares(self, rule: Rule, by: By) -> Sequence[Share]:
        """Add credits up by key or by day of touch, in no particular order."""
        ...

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count the quarantined rows by file and code."""
        ...

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows, touches first, by row."""
        ...

    def write_credits(self, path: Path) -> None:
        """Write all credits as one Parquet file; the same job writes the same bytes."""
        ...

    def close(self) -> None:
        """Release memory and spill files."""
        ...
