"""Finds the Chromium that the browser tests play in; with `--install`, brings it where root on Debian may.

Prints its path, or says what to install and ends with 1. The tests ask the same function and fail with the same words:
they never skip for want of a browser.
"""

from __future__ import annotations

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
ADVICE = (
    "The browser tests need Chromium or Chrome, and none was found. "
    f"Debian: apt-get install chromium {CHINESE_FONT} (make test does it as root). "
    "macOS: install Google Chrome. Anywhere: set HONGMAO_CHROMIUM to the program's path."
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


def _missing_packages() -> list[str]:
    missing = [] if find_chromium() else ["chromium"]
    return missing if _chinese_is_drawn() else [*missing, CHINESE_FONT]


def _chinese_is_drawn() -> bool:
    try:
        fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return bool(fonts.strip())


def install() -> None:
    """Bring Chromium and a Chinese font through apt where this is root on a Debian; elsewhere do nothing."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None or not (missing := _missing_packages()):
        return
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"$ apt-get install {' '.join(missing)}", file=sys.stderr, flush=True)
    for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        if subprocess.run(["apt-get", "-qq", *command], check=False, env=environ, stdout=sys.stderr).returncode != 0:
            return


def main() -> None:
    """Print the path of the browser, or the advice; with `--install` bring it first, and leave the verdict to the tests."""
    installing = "--install" in sys.argv[1:]
    if installing:
        install()
    found = find_chromium()
    if found is None:
        print(ADVICE, file=sys.stderr)
        sys.exit(0 if installing else 1)
    print(found)


if __name__ == "__main__":
    main()
