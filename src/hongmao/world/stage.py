"""The stage a city plays on: a platform and a shop, each in its own process, sharing nothing but HTTP and a clock."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import urllib3

from hongmao.kernel.errors import Conflict, Unavailable
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

READY_TRIES = 1_800
READY_PAUSE_S = 0.1
STOP_WAIT_S = 60
MARKER = "city.json"
_FIRST_PORT: Final = 22_000
_PORTS: Final = 10_000
_APART: Final = 1_009
_steps = itertools.count()


class HomeNotACity(Conflict):
    """The folder holds a real instance; a city would have to empty it."""

    code = "home_not_a_city"
    zh = "{id} 里有一个真实的实例，演示不会清空它"
    en = "{id} holds a real instance, which a demo will not empty"
    hint_zh = "请用 HONGMAO_HOME 指定另一个文件夹"
    hint_en = "Choose another folder with HONGMAO_HOME"


class PortTaken(Unavailable):
    """Somebody listens there already."""

    code = "port_taken"
    zh = "端口 {port} 已被占用"
    en = "Port {port} is taken"
    hint_zh = "请用 --port 或 --shop-port 选择其他端口"
    hint_en = "Choose another with --port or --shop-port"


class ProcessDied(Unavailable):
    """A process of the stage ended before it was ready."""

    code = "process_died"
    zh = "{name} 未能启动（退出码 {exit_code}）"
    en = "{name} did not come up (exit code {exit_code})"
    hint_zh = "日志见 {log}"
    hint_en = "Its words are in {log}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where platform and shop listen."""

    platform: int
    shop: int


def free_ports() -> Ports:
    """Pick two ports nobody uses, so that runs side by side never meet; a process is given none of them twice.

    They lie below those that systems deal out to whoever connects: such a one may be gone before a server takes it, or
    while it is started again.
    """
    return Ports(platform=_free_port(), shop=_free_port())


def _free_port() -> int:
    for _ in range(_PORTS):
        port = _FIRST_PORT + (os.getpid() * _APART + next(_steps)) % _PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise PortTaken(port=f"{_FIRST_PORT}-{_FIRST_PORT + _PORTS - 1}")


def clear_home(home: Path, marker: Mapping[str, object]) -> None:
    """Empty a former city's folder and mark it as a city's; a folder that holds anything else is left alone."""
    if home.is_dir() and any(home.iterdir()):
        if not (home / MARKER).is_file():
            raise HomeNotACity(id=home)
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).write_text(json.dumps(marker, sort_keys=True) + "\n")


class Stage:
    """Starts both processes, knows how to reach them, and ends them whatever happens to the city."""

    def __init__(self, home: Path, ports: Ports, *, seed: int) -> None:
        """Nothing starts before the `with`."""
        self.home = home
        self.ports = ports
        self.platform_url = f"http://127.0.0.1:{ports.platform}"
        # Another host name than ours: a browser's cookies know no ports, and the shop must not be handed our readers'.
        self.shop_url = f"http://localhost:{ports.shop}"
        self._seed = seed
        self._control = secrets.token_hex(16)
        self._children: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        """Start the shop and the platform and wait until both answer."""
        try:
            for port in (self.ports.shop, self.ports.platform):
                _must_be_free(port)
            self._start("sandbox", "--seed", str(self._seed))
            self._start("serve")
            self._wait_for("sandbox", f"{self.shop_url}/_control/state")
            self._wait_for("serve", f"{self.platform_url}/readyz")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End both processes cleanly."""
        self._stop()

    def admin_line(self) -> Line:
        """Open a line to the platform with the key that its first start wrote down."""
        return Line(self.platform_url, {"authorization": f"Bearer {self._credentials()['admin_key']}"})

    def admin_login(self) -> tuple[str, str]:
        """Give the login and the password that the first start wrote down."""
        found = self._credentials()
        return found["login"], found["password"]

    def shop_line(self) -> Line:
        """Open a line to the shop with the right to set its shelves and faults."""
        return Line(self.shop_url, {"x-control-token": self._control})

    def _credentials(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.home / "credentials.json").read_text())
        return found

    def _start(self, verb: str, *options: str) -> None:
        log = (self.home / f"{verb}.log").open("ab")
        environ = {
            # A city is played as fast as it goes: nobody in it is sent away because a disk is slow.
            "HONGMAO_LAG_MS_MAX": "60000",
            **os.environ,
            "HONGMAO_HOME": str(self.home),
            "HONGMAO_HOST": "127.0.0.1",
            "HONGMAO_PORT": str(self.ports.platform),
            "HONGMAO_SANDBOX_URL": self.shop_url,
            "HONGMAO_SANDBOX_CONTROL": self._control,
            "HONGMAO_CLOCK": f"file:{self.home / 'clock'}",
            "HONGMAO_PILOTS": "jd,pdd",
        }
        # A session of its own: Ctrl-C reaches the city alone, which then closes the pipe and waits for its children.
        child = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "hongmao", verb, "--until-stdin-closes", *options],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self._children.append((verb, child))

    def _wait_for(self, name: str, url: str) -> None:
        pool = urllib3.PoolManager(retries=False)
        child = dict(self._children)[name]
        for _ in range(READY_TRIES):
            if child.poll() is not None:
                raise ProcessDied(name=name, exit_code=child.returncode, log=self.home / f"{name}.log")
            try:
                if pool.request("GET", url, headers={"x-control-token": self._control}, timeout=2.0).status == 200:  # noqa: PLR2004 - OK
                    return
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(READY_PAUSE_S)
        raise ProcessDied(name=name, exit_code="-", log=self.home / f"{name}.log")

    def _stop(self) -> None:
        for _, child in reversed(self._children):
            if child.stdin is not None:
                child.stdin.close()
            try:
                child.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(port=port) from None
