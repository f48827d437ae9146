"""The deployment's own secrets: made on the first start, kept in files that only their owner may read."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

KEY_BYTES = 32
_OWNER_ONLY = 0o600


def key_of(folder: Path, name: str, make: Callable[[], bytes] = lambda: secrets.token_bytes(KEY_BYTES)) -> bytes:
    """Give the key of a name, making it where it is not there yet; two processes that start together agree on one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.key"
    if not path.exists():
        fresh = folder / f".{name}.{os.getpid()}"
        _write(fresh, make())
        try:
            path.hardlink_to(fresh)  # fails where another process was first: its key is the key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def write_credentials(path: Path, words: Mapping[str, str]) -> None:
    """Write the first administrator's sign-in down once, for its owner alone."""
    fresh = path.with_suffix(f".{os.getpid()}")
    _write(fresh, (json.dumps(dict(words), indent=2, sort_keys=True) + "\n").encode())
    fresh.replace(path)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
