"""The port of an engine that can read two files and credit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.capabilities import Capabilities
    from hongmao.attribution.files.contracts import Inputs, Job, Quarantined, Role, Rule, Share
    from hongmao.attribution.path_files.contracts import Cut, Journeys

    Progress = Callable[[str, int, int], None]
    """Told the stage, how much of it is done and how much there is."""


class FileEngine(Protocol):
    """Reads, credits, answers. One engine serves one job; close it when done."""

    name: str
    version: str
    can: Capabilities
    """What it promises."""

    def read(self, job: Job, progress: Progress) -> Inputs:
        """Read and check both files. Raises a `BadInput` about a file as a whole; single bad rows are set aside."""
        ...

    def credit(self, rules: Sequence[Rule], progress: Progress, *, keep: bool) -> None:
        """Apply rule models to every good conversion, all in one pass; `keep` the credits, or only their sums."""
        ...

    def shares(self, rule: Rule) -> Sequence[Share]:
        """Give what a rule's credits add up to by what the job asked for, in no particular order."""
        ...

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count the quarantined rows by file and code."""
        ...

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows, touches first, by row."""
        ...

    def journeys(self, cut: Cut, length_ms: int | None) -> Journeys:
        """Cut the good touches and conversions into journeys; a touch older than `length_ms` stands in none."""
        ...

    def write_credits(self, path: Path) -> None:
        """Write the credits that were kept as one Parquet file; the same job writes the same bytes."""
        ...

    def close(self) -> None:
        """Release memory and spill files."""
        ...
