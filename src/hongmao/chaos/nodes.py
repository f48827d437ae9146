"""Three log servers in a process of their own, told what to do line by line: `python -m hongmao.chaos.nodes FOLDER`.

Where standard input ends, the servers end: a harness that dies leaves none behind. Each line is answered by one line of
JSON when it is done.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hongmao.bus.nats.cluster import Cluster
from hongmao.chaos.children import STOP_S
from hongmao.chaos.errors import ChildFailed
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Callable

STREAM = "CHAOS"


class Nodes:
    """The servers, as the harness sees them."""

    def __init__(self, folder: Path) -> None:
        """Start all three and wait for a leader."""
        folder.mkdir(parents=True)
        self._log = folder / "nodes.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-m", "hongmao.chaos.nodes", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.address = f"{self.do('address')}/{STREAM}?replicas=3"
        except BaseException:
            self.close()
            raise

    def do(self, act: str, *which: int) -> str:
        """Have something done, and give what is said of it."""
        line = json.dumps([act, *which]).encode() + b"\n"
        ask, hear = self._process.stdin, self._process.stdout
        assert ask is not None  # noqa: S101 - it was started with one
        assert hear is not None  # noqa: S101 - and with the other
        with contextlib.suppress(BrokenPipeError):
            ask.write(line)
            ask.flush()
        told = json.loads(hear.readline() or b'{"error": "they ended"}')
        if "error" in told:
            raise ChildFailed(name="nodes", why=told["error"], log=str(self._log))
        return str(told["done"])

    def close(self) -> None:
        """End all servers."""
        try:
            self._process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def main(folder: str) -> None:
    """Keep the servers until standard input ends."""
    with Cluster(Path(folder)) as cluster:
        cluster.start()
        cluster.wait_ready()
        acts: dict[str, Callable[..., object]] = {
            "address": lambda: cluster.address,
            "leader": cluster.leader,
            "kill": cluster.kill,
            "start": cluster.start,
            "cut": cluster.cut_off,
            "heal": cluster.heal,
            "ready": cluster.wait_ready,
        }
        for line in sys.stdin:
            act, *which = json.loads(line)
            try:
                told: dict[str, object] = {"done": acts[act](*which)}
            except HongmaoError as error:
                told = {"error": error.message("en")}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
