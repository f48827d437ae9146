"""What a run of attribution was made from, and what the next one has to make again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.contracts import DefinitionRef  # noqa: TC001 - msgspec reads the annotations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.definitions.contracts import AttributionDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The events that a run read."""

    position: int
    """The offset of the log up to which they go."""
    epoch: str
    """Another one means another lake: what was credited from the last is void."""
    files: int
    sha256: str
    """Over the checksums of the lake's files. Merging files changes it and no credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who made the credits. Other makers are not trusted to have made the same."""

    engine: str
    engine_version: str
    version: str
    """Of Hongmao."""
    code: str
    """Fingerprint of the queries and modules that decide a credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was made again, and what stayed as it was."""

    whole: bool
    """Whether every row was made anew."""
    after: int
    """Events behind this offset were looked at; 0 where all were."""
    sub_orders: int
    """Sub-orders asked for, whether or not their rows turned out to have changed."""
    added: tuple[DefinitionRef, ...]
    """Definitions whose rows were made for the first time."""
    dropped: tuple[DefinitionRef, ...]
    parts_written: int
    parts_kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunManifest:
    """批次清单: what the published credits were made from, by whom, and how to tell that they are the same."""

    source: Source
    on: str | None
    """The Asia/Shanghai day up to which definitions were in force; None where nothing has happened."""
    definitions: tuple[DefinitionRef, ...]
    maker: Maker
    work: Work
    first_day: str | None
    """The first and last day on which an entry is booked."""
    last_day: str | None
    rows: int
    parts: int
    checksum: str
    """Over the parts, by name and content: the same events and definitions give the same, however they came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the next run makes: rows of sub-orders that changed (`kept`), and all rows of some definitions (`added`)."""

    kept: tuple[AttributionDefinition, ...]
    added: tuple[AttributionDefinition, ...]
    dropped: tuple[DefinitionRef, ...]
    after: int

    @property
    def whole(self) -> bool:
        """Tell whether nothing of what was published can stay."""
        return not self.kept


def plan(
    before: RunManifest | None, *, source: Source, maker: Maker, definitions: Sequence[AttributionDefinition]
) -> Plan:
    """Decide what to make again.

    Without a run before, or where it read another lake, went further than this one or was made by another maker, all.
    """
    if before is None or _void(before, source, maker):
        gone = () if before is None else before.definitions
        return Plan(kept=(), added=tuple(definitions), dropped=gone, after=0)
    have = {(one.id, one.version, one.fingerprint) for one in before.definitions}
    wanted = {(one.id, one.version, one.fingerprint) for one in definitions}
    return Plan(
        kept=tuple(one for one in definitions if (one.id, one.version, one.fingerprint) in have),
        added=tuple(one for one in definitions if (one.id, one.version, one.fingerprint) not in have),
        dropped=tuple(one for one in before.definitions if (one.id, one.version, one.fingerprint) not in wanted),
        after=before.source.position,
    )


def _void(before: RunManifest, source: Source, maker: Maker) -> bool:
    return (
        before.source.epoch != source.epoch
        or before.source.position > source.position
        or (before.maker.engine, before.maker.engine_version, before.maker.code)
        != (maker.engine, maker.engine_version, maker.code)
    )
