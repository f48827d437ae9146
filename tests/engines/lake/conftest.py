from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engines.lake.buckets import KEYS, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engines.lake.buckets import Store


@pytest.fixture(scope="session")
def the_store() -> Iterator[Store]:
    """Serve one store for all tests of this process: it takes a second to begin."""
    with served() as store:
        yield store


@pytest.fixture
def store(the_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Give the store, without a fault, and the keys to it as they are always given."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    yield the_store
    the_store.faults.clear()
