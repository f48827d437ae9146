"""The house of a drill: its processes by role, each on a port of its own, over one home folder and one log."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections import Counter
from contextlib import ExitStack
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Self
from urllib.request import urlopen

from hongmao.chaos.children import LOOK_S, Post
from hongmao.chaos.errors import ChildFailed
from hongmao.chaos.nodes import Nodes
from hongmao.chaos.schedule import Log
from hongmao.world.stage import free_ports

if TYPE_CHECKING:
    from pathlib import Path

EDGE, WEB, WORKER = "edge", "web", "worker"
CREW: Final = (WORKER, WEB, EDGE)
"""The roles in the order in which they start: the worker owns the log and has the others wait for it."""
STARTS_MAX: Final = 5
CAUGHT_UP_S: Final = 300.0


class DrilledHouse:
    """Use as a context manager: whatever happens, no process is left behind."""

    def __init__(self, folder: Path, *, log: Log) -> None:
        """Make the folder's rooms; nothing runs yet."""
        self.home = folder / "home"
        self.nodes: Nodes | None = None
        self.restarts: Counter[str] = Counter()
        """How often a process ended by itself and was started again, by name."""
        self.exits: dict[str, int] = {}
        """The exit code of each process when it was asked to end."""
        self._folder = folder
        self._log = log
        self._ports = _ports()
        self._posts: dict[str, Post] = {}
        self._stack = ExitStack()

    @property
    def posts(self) -> tuple[Post, ...]:
        """Give all processes."""
        return tuple(self._posts.values())

    def port(self, name: str) -> int:
        """Say where a process listens."""
        return self._ports[name]

    def url(self, name: str) -> str:
        """Say where a process is asked."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def start(self, name: str) -> None:
        """Start one process and do not wait."""
        self._posts[name].start()

    def up(self, name: str) -> None:
        """Wait until a process is ready. One that ends meanwhile, as a fault may make it, is started again."""
        post = self._posts[name]
        for _ in range(STARTS_MAX):
            try:
                post.wait_ready(lambda: self._ready(name) is not None)
            except ChildFailed:
                if post.lives():
                    raise
                self.restarts[name] += 1
                post.start()
            else:
                return
        raise ChildFailed(name=name, why=f"it ended {STARTS_MAX} times while it started", log=str(post.log))

    def kill(self, name: str) -> bool:
        """Kill one by SIGKILL; give whether that is what ended it."""
        return self._posts[name].kill()

    def restart(self, name: str) -> None:
        """Stop one in order and start it again."""
        self._posts[name].stop()
        self.start(name)

    def restart_all(self) -> None:
        """Stop all in order and start them again."""
        self._stop_all()
        self._start_all()

    def finish(self) -> None:
        """Wait until everything that follows the log has caught up, and stop all in order; `exits` tells how they ended."""
        for name in CREW:
            self.up(name)
        limit = time.monotonic() + CAUGHT_UP_S
        while not (self._ready(WORKER) or {}).get("caught_up"):
            if time.monotonic() > limit:
                why = f"it was still behind after {CAUGHT_UP_S:.0f} s: {self._ready(WORKER)}"
                raise ChildFailed(name=WORKER, why=why, log=str(self._posts[WORKER].log))
            time.sleep(LOOK_S)
        self._stop_all()

    def __enter__(self) -> Self:
        """Start everything."""
        with ExitStack() as stack:
            environ = {"HONGMAO_HOME": str(self.home), "HONGMAO_HOST": "127.0.0.1", "HONGMAO_LANG": "en"}
            if self._log is Log.NATS:
                self.nodes = stack.enter_context(Nodes(self._folder / "nodes"))
                environ["HONGMAO_LOG"] = self.nodes.address
            for name in CREW:
                own = {**environ, "HONGMAO_PORT": str(self._ports[name])}
                self._posts[name] = Post(name, [name], folder=self._folder, environ=own)
                stack.callback(self._posts[name].kill)
            self._start_all()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start_all(self) -> None:
        for name in CREW:
            self.start(name)
        for name in CREW:
            self.up(name)

    def _stop_all(self) -> None:
        for name in reversed(CREW):
            self.exits[name] = self._posts[name].stop()

    def _ready(self, name: str) -> dict[str, object] | None:
        url = f"{self.url(name)}/readyz"
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException), urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            told = json.loads(answer.read())
            return told if answer.status == HTTPStatus.OK and isinstance(told, dict) else None
        return None


def _ports() -> dict[str, int]:
    found: set[int] = set()
    while len(found) < len(CREW):
        pair = free_ports()
        found |= {pair.platform, pair.shop}
    return dict(zip(CREW, sorted(found), strict=False))
