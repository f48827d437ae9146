"""Writes findings down: a line each for people, one JSON document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hongmao_contracts.vectors import MISSES_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao_contracts.suite import Result
    from hongmao_contracts.vectors import Checked, Reading


def vector_lines(checked: Sequence[Checked]) -> Iterator[str]:
    """Tell of each vector in a line, of each miss in one below, and the sum of all."""
    for one in checked:
        readings = "; ".join(_read(reading) for reading in one.readings)
        note = f" ({one.note})" if one.note else ""
        yield f"{'ok  ' if one.ok else 'MISS'}  {one.vector.id}  {readings}{note}"
        for reading in one.readings:
            yield from _misses(reading)
    missed = sum(not one.ok for one in checked)
    read_by = {reading.by for one in checked for reading in one.readings[1:]}
    yield f"{len(checked)} vectors, {len(checked) - missed} pass, {missed} missed; platforms: {_listed(read_by)}"


def vector_report(file: str, checked: Sequence[Checked]) -> dict[str, Any]:
    """Tell the same to a program."""
    missed = sum(not one.ok for one in checked)
    return {
        "file": file,
        "vectors": [
            {
                "id": one.vector.id,
                "platform": one.vector.platform,
                "alg": one.vector.alg,
                "ok": one.ok,
                "note": one.note,
                "readings": [asdict(reading) for reading in one.readings],
            }
            for one in checked
        ],
        "summary": {"vectors": len(checked), "passed": len(checked) - missed, "missed": missed},
    }


def suite_lines(name: str, results: Sequence[Result]) -> Iterator[str]:
    """Tell of each check in a line with its promise, of each failure in lines below."""
    width = max(len(result.name) for result in results)
    for result in results:
        yield f"{'ok  ' if result.ok else 'FAIL'}  {result.name:<{width}}  {result.promise}"
        yield from (f"      {line}" for line in result.why.splitlines())
    failed = sum(not result.ok for result in results)
    yield f"{name}: {len(results)} checks, {len(results) - failed} kept, {failed} broken"


def suite_report(name: str, results: Sequence[Result]) -> dict[str, Any]:
    """Tell the same to a program."""
    failed = sum(not result.ok for result in results)
    return {
        "platform": name,
        "checks": [
            {"name": result.name, "promise": result.promise, "ok": result.ok, "why": result.why} for result in results
        ],
        "summary": {"checks": len(results), "kept": len(results) - failed, "broken": failed},
    }


def _read(reading: Reading) -> str:
    return f"{reading.by}: {reading.changed} changes noticed, {reading.unchanged} ignored as they must be"


def _misses(reading: Reading) -> Iterator[str]:
    for miss in reading.misses[:MISSES_SHOWN]:
        yield f"      {reading.by}: {miss}"
    if len(reading.misses) > MISSES_SHOWN:
        yield f"      {reading.by}: and {len(reading.misses) - MISSES_SHOWN} more"


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
