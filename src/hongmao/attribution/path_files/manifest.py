"""What is printed for programs: every model's figures by channel, and a manifest without a clock."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from hongmao.attribution.path_files.formulas import formula_of
from hongmao.attribution.path_files.rules import fen_of, specs_of
from hongmao.attribution.paths.building import lengths, totals
from hongmao.attribution.paths.telling import details, written

if TYPE_CHECKING:
    from decimal import Decimal

    from hongmao.attribution.files.contracts import Read
    from hongmao.attribution.path_files.contracts import PathsAnswer
    from hongmao.attribution.paths.contracts import PathResult

    Figure = int | float | Decimal | None

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def paths_answer(answer: PathsAnswer) -> bytes:
    """Write `{"inputs": ..., "models": {LABEL: {CHANNEL: {"conversions", "value", "value_fen"}}}, "details": ...}`."""
    whole = {
        "inputs": path_counts(answer),
        "models": {label: figures(answer, result) for label, result in answer.results.items()},
        "details": {label: _told(answer, label, result) for label, result in answer.results.items()},
        "manifest": paths_manifest(answer),
    }
    return _ENCODER.encode(whole)


def path_counts(answer: PathsAnswer) -> dict[str, Figure]:
    """Count the input and the paths it holds, flat and by name."""
    paths = answer.read.paths
    sums = totals(paths)
    untouched = lengths(paths) == 0
    return {
        **answer.read.counts,
        "paths": sums.rows,
        "channels": len(paths.channels),
        "path_len_max": sums.path_len_max,
        "journeys": sums.journeys,
        "conversions": sums.conversions,
        "nulls": sums.nulls,
        "value": None if sums.value is None else written(sums.value),
        "conversions_without_touch": int(paths.conversions[untouched].sum()),
        "conversions_without_value": answer.read.conversions_without_value,
    }


def _told(answer: PathsAnswer, label: str, result: PathResult) -> dict[str, object]:
    moved = {row.disturbance: row.moved for row in answer.stability.get(label, ())}
    return {**details(result), **({"stability": moved} if moved else {})}


def paths_manifest(answer: PathsAnswer) -> dict[str, object]:
    """Say what made this answer: inputs by content, models by formula, engine, code and options."""
    asked, settings = answer.asked, answer.asked.settings
    specs = specs_of(asked)
    return {
        "code": {"name": "hongmao", "version": version("hongmao")},
        "engine": {"name": answer.engine, "version": answer.engine_version},
        "inputs": [_input(read) for read in answer.read.reads],
        "models": [
            {
                "label": label,
                "model": result.model,
                "formula_zh": formula_of(specs[label], result, "zh"),
                "formula_en": formula_of(specs[label], result, "en"),
            }
            for label, result in answer.results.items()
        ],
        "options": {
            "kind": answer.read.kind,
            "none_label": asked.none_label,
            "unit": answer.read.unit,
            "seed": settings.seed,
            "replicates": settings.replicates,
            "level": settings.level,
            "permutations": settings.permutations,
            "organic": sorted(settings.organic),
            "groups": dict(sorted(settings.groups.items())),
            **answer.read.options,
        },
    }


def paths_manifest_file(answer: PathsAnswer) -> str:
    """Write the manifest as a file that people can read and compare line by line."""
    return json.dumps(paths_manifest(answer), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def figures(answer: PathsAnswer, result: PathResult) -> dict[str, dict[str, Figure]]:
    """Write a model's shares by channel; what nobody earned stands last, where there is any."""
    fen, rest_fen = fen_of(result, answer.read.unit)
    figures: dict[str, dict[str, Figure]] = {
        credit.channel: {
            "conversions": written(credit.conversions),
            "value": None if credit.value is None else written(credit.value),
            "value_fen": in_fen,
        }
        for credit, in_fen in zip(result.credits, fen, strict=True)
    }
    rest = result.unattributed
    if rest.conversions or rest.value:
        figures[answer.asked.none_label] = {
            "conversions": written(rest.conversions),
            "value": None if rest.value is None else written(rest.value),
            "value_fen": rest_fen,
        }
    return figures


def _input(read: Read) -> dict[str, object]:
    return {
        "role": read.role,
        "file": read.file,
        "sha256": read.sha256,
        "bytes": read.size_bytes,
        "rows": read.rows,
        "blank_lines": read.blank_lines,
        "unused_columns": list(read.unused_columns),
    }
