"""Real processes of the house: started, killed without warning, started again, and never left behind.

Each reads its standard input and stops when it ends, so whatever becomes of the harness, its children go with it. Each has
a session of its own: Ctrl-C reaches the harness alone, which then ends them in order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING, Final

from hongmao.chaos.errors import ChildFailed
from hongmao.chaos.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

READY_S: Final = 240.0
LOOK_S: Final = 0.05
STOP_S: Final = 120.0


class Child:
    """One process by name. What it says goes to a file."""

    def __init__(self, name: str, words: Sequence[str], *, folder: Path, environ: Mapping[str, str]) -> None:
        """Start nothing yet; `words` follow Python's own name."""
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = [sys.executable, *words]
        self._environ = {**os.environ, **environ}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and do not wait. Nothing is done where it runs."""
        if self.lives():
            return
        if self._process is not None:
            self._let_go()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                self._command,
                env=self._environ,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self, ready: Callable[[], bool]) -> None:
        """Wait until it says that it is ready; `ChildFailed` where it ends before, or takes too long."""
        limit = time.monotonic() + READY_S
        while time.monotonic() < limit:
            if not self.lives():
                raise ChildFailed(name=self.name, why=f"it ended with {self._code()}", log=str(self.log))
            if ready():
                return
            time.sleep(LOOK_S)
        raise ChildFailed(name=self.name, why=f"it was not ready after {READY_S:.0f} s", log=str(self.log))

    def lives(self) -> bool:
        """Say whether it runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> bool:
        """Kill it by SIGKILL; give whether it was this that ended it."""
        if self._process is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        killed = self._process.returncode == -signal.SIGKILL
        self._let_go()
        return killed

    def stop(self) -> int:
        """Ask it to end and wait; give its exit code. Whoever does not end in time is killed."""
        if self._process is None:
            return 0
        with contextlib.suppress(OSError):
            self._pipe().close()
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL
        self._let_go()
        return code

    def _pipe(self) -> IO[bytes]:
        assert self._process is not None  # noqa: S101 - whoever asks has started it
        assert self._process.stdin is not None  # noqa: S101 - it was started with one
        return self._process.stdin

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            self._pipe().close()
        self._process = None

    def _code(self) -> int | None:
        return None if self._process is None else self._process.poll()


class Post(Child):
    """A process of the house, with the switches of its trouble."""

    def __init__(self, name: str, words: Sequence[str], *, folder: Path, environ: Mapping[str, str]) -> None:
        """Make its page of switches; start nothing yet."""
        page = folder / f"{name}.switches"
        self.switches = Switches(page)
        super().__init__(name, ["-m", "hongmao.chaos.child", str(page), *words], folder=folder, environ=environ)
