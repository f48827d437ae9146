"""Finds uv, or brings it: from PATH, else through pip into a private `.tools/uv`, else its wheel straight from PyPI.

The last way is for a Debian without python3-venv, where Python cannot make a virtual environment with pip inside.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import platform
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

from certificates import ENVIRON

UV_VERSION = "0.13.9"
UV_OLDEST = (0, 8)  # reads this repository's lock file and dependency groups
INDEX = "https://pypi.org/simple/uv/"
ADVICE = "Install uv yourself, or give this machine a way to PyPI, and run make setup again"
TOOLS = Path(__file__).resolve().parent.parent / ".tools"
VENV_OF_UV = TOOLS / "uv"


def get_uv() -> Path:
    """Give a uv that runs, bringing one where there is none."""
    own = VENV_OF_UV / "bin" / "uv"
    for candidate in (shutil.which("uv"), own):
        if candidate is not None and _recent_enough(Path(candidate)):
            return Path(candidate)
    print(f"uv is not on PATH: bringing uv {UV_VERSION} into {TOOLS.name}/uv", flush=True)
    if not _through_pip():
        _from_wheel(own)
    return own


def _recent_enough(uv: Path) -> bool:
    try:
        said = subprocess.run([uv, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    match = re.match(r"uv (\d+)\.(\d+)", said)
    return match is not None and (int(match[1]), int(match[2])) >= UV_OLDEST


def _through_pip() -> bool:
    if importlib.util.find_spec("ensurepip") is None:
        return False
    pip = [str(VENV_OF_UV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV_OF_UV)], check=True)
        subprocess.run([*pip, f"uv=={UV_VERSION}"], check=True, env=ENVIRON)
    except (OSError, subprocess.CalledProcessError):
        print("pip could not bring uv: taking its wheel from PyPI", flush=True)
        return False
    return True


def _from_wheel(target: Path) -> None:
    files = json.loads(_fetch(INDEX, accept="application/vnd.pypi.simple.v1+json"))["files"]
    wheel = next((file for file in files if _fits(file["filename"])), None)
    if wheel is None:
        message = f"PyPI has no uv {UV_VERSION} for {sys.platform} {platform.machine()}. {ADVICE}"
        raise SystemExit(message)
    body = _fetch(wheel["url"])
    if hashlib.sha256(body).hexdigest() != wheel["hashes"]["sha256"]:
        message = "the uv wheel arrived damaged (its SHA-256 differs from the index's): run make setup again"
        raise SystemExit(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        target.write_bytes(archive.read(f"uv-{UV_VERSION}.data/scripts/uv"))
    target.chmod(0o755)


def _fits(filename: str) -> bool:
    machine = platform.machine()
    if not (filename.startswith(f"uv-{UV_VERSION}-") and filename.endswith(f"_{machine}.whl")):
        return False
    if sys.platform == "darwin":
        return "macosx" in filename
    return ("manylinux_2_17" if platform.libc_ver()[0] == "glibc" else "musllinux") in filename


def _fetch(url: str, *, accept: str = "*/*") -> bytes:
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - the index's own https address
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - the same
            body: bytes = answer.read()
            return body
    except OSError as problem:
        message = f"uv could not be fetched from {url}: {problem}. {ADVICE}"
        raise SystemExit(message) from None
