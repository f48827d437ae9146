"""Names of sockets: the system takes a hundred bytes or so, and a home folder may lie deeper than that."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME_BYTES_MAX: Final = 100  # 107 on Linux, 103 elsewhere


@contextmanager
def socket_path(path: Path) -> Iterator[str]:
    """Give a name for a socket that the system takes; a long one is reached by its open folder."""
    if len(os.fsencode(path)) <= NAME_BYTES_MAX:
        yield str(path)
        return
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)
