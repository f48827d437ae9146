from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import LogConformance
from bus.nats.streams import new_stream, open_log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bus.nats.cluster import Cluster
    from hongmao.bus.nats.log import NatsLog


class TestTheLogOnThreeServers(LogConformance):
    @pytest.fixture
    def log(self, shared_cluster: Cluster, tmp_path: Path) -> Iterator[NatsLog]:
        with open_log(shared_cluster, tmp_path / "replica", stream=new_stream()) as opened:
            yield opened
