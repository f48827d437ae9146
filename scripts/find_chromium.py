"""Finds what the browser tests play in; with `--install`, brings it where root on Debian may.

Prints the path of Chromium, or says what to install and ends with 1. The tests ask the same function and fail with the
same words: they never skip for want of a browser.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
IN_APPLICATIONS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
)
# Where `playwright install chromium` puts its own, on Linux and macOS.
PLAYWRIGHTS = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
CHINESE_FONT = "fonts-noto-cjk"
DRIVERS_LIBRARY = "libatomic1"  # the Node.js inside Playwright's wheel is linked with it, and a bare Debian has it not
ADVICE = (
    "The browser tests need {missing}. "
    f"Debian: apt-get install chromium {DRIVERS_LIBRARY} {CHINESE_FONT} (make test does it as root). "
    "macOS: install Google Chrome. Anywhere: set HONGMAO_CHROMIUM to the path of a Chromium or Chrome"
)


def find_chromium() -> str | None:
    """Give the path of a Chromium or Chrome: HONGMAO_CHROMIUM, PATH, /Applications, Playwright's own, in that order."""
    named = os.environ.get("HONGMAO_CHROMIUM")
    if named:
        return shutil.which(named)
    for name in ON_PATH:
        if found := shutil.which(name):
            return found
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        for program in IN_APPLICATIONS:
            if (folder / program).is_file():
                return str(folder / program)
    return next(
        (str(found) for pattern in PLAYWRIGHTS for found in sorted(Path.home().glob(pattern), reverse=True)), None
    )


def advice() -> str | None:
    """Say what is missing and how to bring it, or None where a browser can be played in."""
    if find_chromium() is None:
        return ADVICE.format(missing="Chromium or Chrome, and none was found")
    return (
        None if _driver_runs() else ADVICE.format(missing=f"{DRIVERS_LIBRARY}, without which Playwright's driver stops")
    )


def _missing_packages() -> list[str]:
    there = {
        "chromium": find_chromium() is not None,
        DRIVERS_LIBRARY: _driver_runs(),
        CHINESE_FONT: _chinese_is_drawn(),
    }
    return [package for package, present in there.items() if not present]


def _driver_runs() -> bool:
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def _chinese_is_drawn() -> bool:
    try:
        fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return bool(fonts.strip())


def install() -> None:
    """Bring Chromium, what drives it and a Chinese font where this is root on a Debian; elsewhere do nothing."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None or not (missing := _missing_packages()):
        return
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"$ apt-get install {' '.join(missing)}", file=sys.stderr, flush=True)
    for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        if subprocess.run(["apt-get", "-qq", *command], check=False, env=environ, stdout=sys.stderr).returncode != 0:
            return


def main() -> None:
    """Print the path of the browser, or the advice; with `--install` bring it first and leave the verdict to the tests."""
    installing = "--install" in sys.argv[1:]
    if installing:
        install()
    if wanting := advice():
        print(wanting, file=sys.stderr)
        sys.exit(0 if installing else 1)
    if not installing:
        print(find_chromium())


if __name__ == "__main__":
    main()
