"""Fingerprints: the same meaning has the same short name, whatever the spelling of the file it came from."""

from __future__ import annotations

import hashlib
import json
from datetime import date

FINGERPRINT_CHARS = 16


def canonical(value: object) -> str:
    """Write plain data (dicts, lists, strings, whole numbers, booleans, dates, None) in one canonical form.

    Keys are sorted and white space is gone; floats are refused, because two machines may print them differently.

    >>> canonical({"b": 1, "a": ["x"]})
    '{"a":["x"],"b":1}'
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def fingerprint(value: object) -> str:
    """Name the meaning of plain data: the first 16 hexadecimal digits of the SHA-256 of its canonical form."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:FINGERPRINT_CHARS]


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case date():
            return value.isoformat()
        case float():
            message = f"a fingerprint takes no float ({value}): write a whole number or a string"
            raise TypeError(message)
        case _:
            return value
