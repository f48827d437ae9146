"""Pure decisions of a job on files: which rules apply, how times were meant, what adds up, in which order keys print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hongmao.attribution.files.contracts import Rule
from hongmao.attribution.files.errors import (
    CountsDoNotReconcile,
    NothingUsable,
    TimesDisagree,
    WindowNotInDefinition,
)
from hongmao.attribution.models import file_parameters, spec_named, spec_of
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.attribution.files.column_map import Times
    from hongmao.attribution.files.contracts import Inputs, Job, Read, Share, TimeKind, TimeUnit
    from hongmao.definitions.api import AttributionDefinition, Registry

_DEFINITION = re.compile(r"^(?P<id>[a-z][a-z0-9_]*)(?:\.v(?P<version>\d{1,4}))?$")
_DIGITS = re.compile(r"(\d+)")
# A number this large is seconds only after the year 5138, and milliseconds since 1973: it is milliseconds.
MILLISECONDS_FROM = 100_000_000_000
# Likewise milliseconds only after 5138, and microseconds since 1973.
MICROSECONDS_FROM = 100_000_000_000_000
# Fewer seconds than this is before March 1973: nobody has such touches, so the count began somewhere else.
EPOCH_SECONDS_FROM = 100_000_000
_UNITS: Mapping[str, TimeUnit] = {"s": "number_s", "ms": "number_ms", "us": "number_us", "iso": "iso"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeProfile:
    """What a time column looks like: how many cells are numbers, how many are other text, and the middle number."""

    numbers: int
    texts: int
    median: int


def rules_of(job: Job, registry: Registry) -> tuple[Rule, ...]:
    """List the rules a job asks for: each model once, then each definition in each of its windows."""
    rules = [_rule_of_model(name, job.window, registry) for name in dict.fromkeys(job.models)]
    for name in dict.fromkeys(job.definitions):
        rules.extend(_rules_of_definition(_definition_named(name, registry), job.window))
    return tuple(rules)


def decide_unit(times: Times, profile: TimeProfile) -> TimeUnit:
    """Choose how a column's numbers are read. What is written as a date is read as a date whatever is chosen here."""
    if times.unit != "auto":
        return _UNITS[times.unit]
    if profile.texts > profile.numbers:
        return "iso"
    if profile.median >= MICROSECONDS_FROM:
        return "number_us"
    return "number_ms" if profile.median >= MILLISECONDS_FROM else "number_s"


def decide_kind(times: Times, files: Sequence[tuple[TimeUnit, TimeProfile]]) -> TimeKind:
    """Choose between real instants and times from an unknown start; raises `TimesDisagree` if the files differ."""
    if times.kind != "auto":
        return times.kind
    kinds: list[TimeKind] = [
        "relative" if unit == "number_s" and profile.median < EPOCH_SECONDS_FROM else "epoch"
        for unit, profile in files
        if profile.numbers + profile.texts
    ]
    if len(set(kinds)) > 1:
        raise TimesDisagree(place="touches, conversions", kinds=", ".join(kinds))
    return kinds[0] if kinds else "epoch"


def check_reconciled(read: Read) -> None:
    """Make sure that every row of a file is accounted for exactly once."""
    accounted = read.good + read.not_selected + read.quarantined
    if accounted != read.rows:
        raise CountsDoNotReconcile(place=read.file, rows=read.rows, accounted=accounted)


def check_usable(inputs: Inputs) -> None:
    """Raise `NothingUsable` if there is no conversion to credit."""
    read = inputs.conversions
    if read.good == 0:
        raise NothingUsable(rows=read.rows, quarantined=read.quarantined, left=read.not_selected)


def in_natural_order(shares: Sequence[Share]) -> tuple[Share, ...]:
    """Sort keys as people count (`2` before `10`); what nobody earned comes last."""
    return tuple(
        sorted(shares, key=lambda share: (share.key is None, list(_natural(share.key or "")), share.key or ""))
    )


def _natural(key: str) -> Iterator[tuple[int, int, str]]:
    for part in _DIGITS.split(key):
        yield (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)


def _definition_named(name: str, registry: Registry) -> AttributionDefinition:
    found = _DEFINITION.match(name)
    if found is None:
        return registry.attribution(name)
    return registry.attribution(found["id"], int(found["version"]) if found["version"] else None)


def _rules_of_definition(definition: AttributionDefinition, window: str | None) -> list[Rule]:
    if window is not None and definition.windows and window not in definition.windows:
        raise WindowNotInDefinition(place=window, definition=definition.key, known=", ".join(definition.windows))
    if not definition.windows:
        return [_rule(definition, definition.id, window)]
    return [_rule(definition, f"{definition.id}/{one}", one) for one in definition.windows if window in (None, one)]


def _rule_of_model(text: str, window: str | None, registry: Registry) -> Rule:
    """Take the file definition of a model; parameters from the command line stand in it as if they had been written there."""
    spec = spec_named(text)
    definition = registry.attribution(spec.name)
    _, colon, given = text.partition(":")
    if colon:
        definition = replace(definition, parameters=file_parameters(spec.name, given.strip()))
    return _rule(definition, text, window)


def _rule(definition: AttributionDefinition, label: str, window: str | None) -> Rule:
    return Rule(
        label=label,
        definition_id=definition.id,
        definition_version=definition.version,
        fingerprint=definition.fingerprint,
        spec=spec_of(definition.model, definition.parameters),
        window=window,
        length_ms=None if window is None else span_ms(window),
        kind_windows_ms={kind: span_ms(span) for kind, span in sorted(definition.kind_windows.items())},
    )
