"""Writes docs/reference from the code, so that the reference cannot say what the code does not.

`make docs` writes the pages; `--check`, which `make check` runs, names those that are no longer as the code is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import reference_pages as pages

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
PAGES = {
    "commands.md": pages.commands,
    "settings.md": pages.settings,
    "events.md": pages.events,
    "definitions.md": pages.definitions,
    "errors.md": pages.errors,
}


def outdated() -> list[str]:
    """List the pages that the code has left behind."""
    return [name for name, make in PAGES.items() if _read(REFERENCE / name) != make()]


def _read(page: Path) -> str:
    return page.read_text(encoding="utf-8") if page.exists() else ""


def main() -> None:
    """Write the pages, or with `--check` end with 1 if one is not current."""
    if "--check" in sys.argv[1:]:
        if stale := outdated():
            message = f"not as the code is: docs/reference/{{{','.join(stale)}}}. Run make docs"
            raise SystemExit(message)
        return
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
