"""Opens logs on streams of a cluster; every log that is opened has a writer's name of its own."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

from hongmao.bus.nats.address import NatsAddress
from hongmao.bus.nats.log import ANSWER_S, NatsLog

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.bus.nats.cluster import Cluster

_COUNT = itertools.count(1)


def new_stream() -> str:
    return f"S{os.getpid()}-{next(_COUNT)}"


def open_log(cluster: Cluster, folder: Path, *, stream: str, answer_s: float = ANSWER_S) -> NatsLog:
    address = NatsAddress.read(f"{cluster.address}/{stream}")
    return NatsLog(address, folder, writer=f"w{os.getpid()}-{next(_COUNT)}", answer_s=answer_s)
