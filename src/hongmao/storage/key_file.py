"""A key in a file of its own: made once, read by its owner alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWNER_ONLY = 0o600


def key_in(path: Path, make: Callable[[], bytes]) -> bytes:
    """Give the key in a file, making it where it is not there yet.

    It is written beside and linked into place: of two processes that start together, both read the key of one.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        write_for_owner(fresh, make())
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def write_for_owner(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read; it is on disk on return."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
