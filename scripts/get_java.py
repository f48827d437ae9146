"""Tells whether this machine has a Java that Spark runs on; where it has none, set-up takes the wheel that the lock file pins.

Only Spark needs Java. Which one it is started with is worked out when it starts, by hongmao.engines.spark.java; this
looks at the same places, before anything of hongmao can be imported.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

JAVA_OLDEST = 17  # what Spark 4 is compiled for
GROUP_OF_WHEEL = "java"
REGISTER_OF_MACOS = "/usr/libexec/java_home"


def has_java() -> bool:
    """Look at JAVA_HOME, PATH and the register of macOS for a Java that is recent enough."""
    homes = [os.environ.get("JAVA_HOME"), _registered()]
    programs = [Path(home) / "bin" / "java" for home in homes if home]
    if found := shutil.which("java"):
        programs.append(Path(found))
    return any(_recent_enough(program) for program in programs)


def _recent_enough(program: Path) -> bool:
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return False
    version = re.search(r'version "(\d+)', said)
    # Java 8 calls itself 1.8: too old under either name.
    return version is not None and int(version[1]) >= JAVA_OLDEST


def _registered() -> str | None:
    if not Path(REGISTER_OF_MACOS).exists():
        return None
    command = [REGISTER_OF_MACOS, "-v", f"{JAVA_OLDEST}+"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
