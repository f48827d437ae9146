"""The deployment's own secrets: made on the first start, kept in files that only their owner may read."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

from hongmao.storage.key_file import key_in, write_for_owner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY_BYTES = 32


def key_of(folder: Path, name: str) -> bytes:
    """Give the signing key of a name, making it on the first start."""
    return key_in(folder / f"{name}.key", lambda: secrets.token_bytes(KEY_BYTES))


def write_credentials(path: Path, words: Mapping[str, str]) -> None:
    """Write the first administrator's sign-in down, for its owner alone."""
    fresh = path.with_suffix(f".{os.getpid()}")
    write_for_owner(fresh, (json.dumps(dict(words), indent=2, sort_keys=True) + "\n").encode())
    fresh.replace(path)
