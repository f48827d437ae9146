from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.bus.nats.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three servers for tests that harm none of them; every test takes a stream of its own."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.start()
        cluster.wait_ready()
        yield cluster
