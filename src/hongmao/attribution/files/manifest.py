"""What is printed for programs: exact numbers, and a manifest without a clock, so that two runs print the same bytes."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from hongmao.attribution.models import CREDIT_MILLIONTHS
from hongmao.attribution.paths.telling import details, written

if TYPE_CHECKING:
    from hongmao.attribution.files.contracts import Inputs, Read, Result, Share

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def answer(result: Result) -> bytes:
    """Write `{"inputs": ..., "models": {LABEL: {KEY: {"conversions": x, "value_fen": n}}}, "manifest": ...}`."""
    none = result.job.none_label
    models = {
        label: {
            none if share.key is None else share.key: {
                "conversions": _conversions(result, label, share),
                "value_fen": share.value_fen,
            }
            for share in shares
        }
        for label, shares in result.shares.items()
    }
    told = {label: details(one) for label, one in result.estimates.items()}
    whole = {
        "inputs": counts(result.inputs), "models": models, **({"details": told} if told else {}), "manifest": manifest(result),
    }  # fmt: skip
    return _ENCODER.encode(whole)


def _conversions(result: Result, label: str, share: Share) -> int | float | Decimal:
    """Write what was earned: by a rule to a millionth, by an estimate with all its digits."""
    found = result.estimates.get(label)
    if found is None:
        return conversions(share.credit_millionths)
    return written((found.unattributed if share.key is None else found.by_channel()[share.key]).conversions)


def conversions(millionths: int) -> int | Decimal:
    """Write millionths of a conversion as a number: whole where it is whole, else exact to six digits.

    >>> conversions(2_000_000), conversions(552_627_362)
    (2, Decimal('552.627362'))
    """
    whole, rest = divmod(millionths, CREDIT_MILLIONTHS)
    return whole if rest == 0 else Decimal(millionths) / CREDIT_MILLIONTHS


def counts(inputs: Inputs) -> dict[str, int | None]:
    """Count the input, flat and by name."""
    touches, converted = inputs.touches, inputs.conversions
    return {
        "touch_rows": touches.rows,
        "touches": touches.good,
        "touches_not_selected": touches.not_selected,
        "touches_quarantined": touches.quarantined,
        "readers": inputs.readers,
        "conversion_rows": converted.rows,
        "conversions": converted.good,
        "conversions_not_selected": converted.not_selected,
        "conversions_quarantined": converted.quarantined,
        "conversions_at_last_touch": inputs.without_time,
        "conversions_without_value": inputs.without_value,
        **({} if inputs.refunds is None else _refunds(inputs.refunds)),
    }


def _refunds(read: Read) -> dict[str, int]:
    return {
        "refund_rows": read.rows,
        "refunds": read.good,
        "refunds_not_selected": read.not_selected,
        "refunds_quarantined": read.quarantined,
    }


def manifest(result: Result) -> dict[str, object]:
    """Say what made this result: inputs by content, definitions by fingerprint, engine, code and options."""
    inputs = result.inputs
    return {
        "code": {"name": "hongmao", "version": version("hongmao")},
        "engine": {"name": result.engine, "version": result.engine_version},
        "inputs": [_input(read) for read in inputs.reads],
        "definitions": [
            {
                "label": rule.label,
                "id": rule.definition_id,
                "version": rule.definition_version,
                "fingerprint": rule.fingerprint,
                "model": rule.model,
                "parameters": dict(rule.spec.parameters),
                "window": rule.window,
            }
            for rule in result.rules
        ],
        "options": {
            "by": result.job.by,
            "none_label": result.job.none_label,
            "window": result.job.window,
            "time_kind": inputs.time_kind,
            "map": msgspec.to_builtins(result.job.column_map),
        },
    }


def manifest_file(result: Result) -> str:
    """Write the manifest as a file that people can read and compare line by line."""
    return json.dumps(manifest(result), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _input(read: Read) -> dict[str, object]:
    return {
        "role": read.role,
        "file": read.file,
        "sha256": read.sha256,
        "bytes": read.size_bytes,
        "rows": read.rows,
        "blank_lines": read.blank_lines,
        "time_unit": read.time_unit,
        "unused_columns": list(read.unused_columns),
    }
