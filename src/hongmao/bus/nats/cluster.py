"""Three NATS servers on this machine, for tests and for trials of faults: killed, cut off and started again at will.

Every server syncs each message before it answers (`sync_interval: always`); NATS's own default would answer first and
sync two minutes later. Servers reach each other over wires that can be cut, so a partition needs no rights on the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, suppress
from itertools import permutations
from pathlib import Path
from typing import Final, Self

from hongmao.bus.errors import ClusterUnfit
from hongmao.bus.nats.wires import Wires

SERVERS: Final = 3
PAYLOAD_BYTES_MAX: Final = 8 * 2**20
START_S: Final = 120.0
ANSWER_S: Final = 10.0
POLL_S: Final = 0.05
_FIRST_PORT: Final = 12_000
_PORTS: Final = 10_000


class Cluster:
    """Servers by number, 0 to 2. Use as a context manager; what they keep stays in the folder."""

    def __init__(self, folder: Path) -> None:
        """Lay the wires and write each server's settings; nothing runs yet."""
        self._folder = folder
        self._program = find_server()
        self._wires = Wires()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        ports = _free_ports(3 * SERVERS)
        self._clients, routes, self._monitors = ports[:SERVERS], ports[SERVERS : 2 * SERVERS], ports[2 * SERVERS :]
        laid = {(a, b): self._wires.lay(f"{a}-{b}", routes[b]) for a, b in permutations(range(SERVERS), 2)}
        for one in range(SERVERS):
            home = self._home(one)
            home.mkdir(parents=True, exist_ok=True)
            to = [laid[one, other] for other in range(SERVERS) if other != one]
            (home / "server.conf").write_text(self._settings(one, routes[one], to), encoding="utf-8")

    @property
    def address(self) -> str:
        """Give all servers as one address, without a stream: nats://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3."""
        return "nats://" + ",".join(f"127.0.0.1:{port}" for port in self._clients)

    def start(self, *which: int) -> None:
        """Start servers, all where none is named."""
        for one in which or range(SERVERS):
            if one not in self._children:
                home = self._home(one)
                with (home / "server.log").open("ab") as log:
                    self._children[one] = subprocess.Popen(  # noqa: S603 - the server that was asked for
                        [self._program, "-c", str(home / "server.conf")], stdout=log, stderr=log
                    )

    def kill(self, one: int) -> None:
        """Kill a server without warning (SIGKILL)."""
        if (child := self._children.pop(one, None)) is not None:
            child.kill()
            child.wait()

    def cut_off(self, one: int) -> None:
        """Part a server from both others; clients still reach it."""
        for name in self._to(one):
            self._wires.cut(name)

    def heal(self) -> None:
        """Mend all wires."""
        for one in range(SERVERS):
            for name in self._to(one):
                self._wires.mend(name)

    def leader(self) -> int | None:
        """Number of the server that leads JetStream's metadata, as the servers say; None while there is none."""
        for one in sorted(self._children):
            meta = self._asked(one, "/jsz").get("meta_cluster")
            if isinstance(meta, dict) and str(meta.get("leader", "")).startswith("n"):
                return int(str(meta["leader"])[1:])
        return None

    def wait_ready(self) -> None:
        """Wait until every running server answers that it is ready and there is a leader."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            healthy = all(self._asked(one, "/healthz").get("status") == "ok" for one in self._children)
            if healthy and self.leader() is not None:
                return
            time.sleep(POLL_S)
        raise ClusterUnfit(url=self.address, why=f"no leader after {START_S:.0f} s; see {self._folder}/n*/server.log")

    def settings_of(self, one: int) -> dict[str, object]:
        """Give what a running server says of its JetStream store, its way of syncing included."""
        found = self._asked(one, "/varz", within_s=START_S).get("jetstream")
        config = found.get("config") if isinstance(found, dict) else None
        return config if isinstance(config, dict) else {}

    def close(self) -> None:
        """Stop all servers and take the wires away."""
        with ExitStack() as stack:
            stack.callback(self._wires.close)
            for one in list(self._children):
                stack.callback(self.kill, one)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _home(self, one: int) -> Path:
        return self._folder / f"n{one}"

    def _to(self, one: int) -> list[str]:
        others = [other for other in range(SERVERS) if other != one]
        return [f"{one}-{other}" for other in others] + [f"{other}-{one}" for other in others]

    def _asked(self, one: int, path: str, *, within_s: float = ANSWER_S) -> dict[str, object]:
        url = f"http://127.0.0.1:{self._monitors[one]}{path}"
        try:
            with urllib.request.urlopen(url, timeout=within_s) as answer:
                said = json.loads(answer.read())
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _settings(self, one: int, route: int, to: list[int]) -> str:
        routes = ", ".join(f'"nats-route://127.0.0.1:{port}"' for port in to)
        return f"""server_name: n{one}
listen: "127.0.0.1:{self._clients[one]}"
http: "127.0.0.1:{self._monitors[one]}"
max_payload: {PAYLOAD_BYTES_MAX}
jetstream {{ store_dir: "{self._home(one) / "store"}", sync_interval: always }}
cluster {{
  name: hongmao
  listen: "127.0.0.1:{route}"
  no_advertise: true
  pool_size: -1
  routes: [{routes}]
}}
"""


def find_server() -> str:
    """Find the server's program beside Python or on PATH; `ClusterUnfit` says how to get it."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ClusterUnfit(url="nats-server", why="the program is neither beside Python nor on PATH")
    return found


def _free_ports(count: int) -> list[int]:
    """Find ports that nobody has, below those that systems deal out to clients and that may be gone a moment later."""
    found: list[int] = []
    with ExitStack() as stack:
        for step in range(_PORTS):
            port = _FIRST_PORT + (os.getpid() * 97 + step) % _PORTS
            held = stack.enter_context(socket.socket())
            with suppress(OSError):
                held.bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                break
    return found
