"""The port of an engine that can read a file of grouped paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.attribution.files.contracts import Quarantined, Role
    from hongmao.attribution.files.ports import Progress
    from hongmao.attribution.path_files.contracts import GroupedJob, PathsRead


class PathFileEngine(Protocol):
    """Reads, checks, groups. One engine serves one job; close it when done."""

    name: str
    version: str

    def read(self, job: GroupedJob, progress: Progress) -> PathsRead:
        """Read and check the file, and add equal paths up. Raises a `BadInput` about a file as a whole only."""
        ...

    def faults(self) -> Mapping[tuple[Role, str], int]:
        """Count the quarantined rows by code."""
        ...

    def quarantined(self) -> Iterator[Quarantined]:
        """Go through the quarantined rows, by row."""
        ...

    def close(self) -> None:
        """Release memory and spill files."""
        ...
