"""The tests' PostgreSQL server, told to keep what it acknowledges: what a test need not wait for, a figure has to."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from storage import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def database_url() -> Iterator[str]:
    """Make a migrated database on a server of this process, which ends with it."""
    postgres.SETTINGS.update(DURABLE)
    with postgres.database_url() as url:
        yield url
