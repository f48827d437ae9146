"""What a benchmark starts that is not ours: nginx, wrk, taskset. Found, installed where that may be, or missed by name."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess

from hongmao.cli.bench import ToolMissing

# The command -> the Debian package that brings it.
PACKAGES = {"nginx": "nginx-light", "wrk": "wrk", "taskset": "util-linux"}
FOLDERS = "/usr/sbin:/usr/local/sbin"  # nginx lives where a user's PATH does not look
INSTALL_LIMIT_S = 300


@functools.cache
def tool(name: str) -> str:
    """Give the path of a command; as root it is installed first where it is not there."""
    found = _find(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(PACKAGES[name])
        found = _find(name)
    if found is None:
        raise ToolMissing(id=name, package=PACKAGES[name])
    return found


def need(*names: str) -> None:
    """Look for commands before anything is begun that takes time."""
    for name in names:
        tool(name)


def pinned(core: int | None) -> list[str]:
    """Give the words that keep what follows them on one core; none where it may run anywhere."""
    if core is None:
        return []
    cores = sorted(os.sched_getaffinity(0))
    return [tool("taskset"), "-c", str(cores[core % len(cores)])]


def _find(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=FOLDERS)


def _install(package: str) -> None:
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        command = ["apt-get", "-qq", *words]
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        # A machine without a network ends here with the same sentence as one without root.
        subprocess.run(command, env=environ, capture_output=True, timeout=INSTALL_LIMIT_S, check=False)  # noqa: S603 - ours
