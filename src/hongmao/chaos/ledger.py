"""What clients saw acknowledged, in files of their own. This book knows nothing of events, logs or lakes.

A client writes a line before it asks for anything more, so a line that is missing is an answer that never came.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Self

from hongmao.chaos.errors import LedgerTorn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIX: Final = ".acked"


class Ledger:
    """One client's book."""

    def __init__(self, folder: Path, client: str) -> None:
        """Open a new book; two clients never share one."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{client}{SUFFIX}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self.lines = 0

    def acked(self, what: str, names: Iterable[str]) -> None:
        """Write down that these were acknowledged, with one call; `what` says which kind of name the client knows."""
        lines = [f"{what} {name}\n" for name in names]
        if lines:
            text = "".join(lines).encode()
            if os.write(self._file, text) != len(text):
                raise LedgerTorn(path=str(self._file))
            self.lines += len(lines)

    def close(self) -> None:
        """Put the book away."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read(folder: Path) -> set[tuple[str, str]]:
    """Read all books: (what, name), each once however often it was acknowledged."""
    found: set[tuple[str, str]] = set()
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        text = path.read_text(encoding="utf-8")
        if text and not text.endswith("\n"):
            raise LedgerTorn(path=str(path))
        for line in text.splitlines():
            what, _, name = line.partition(" ")
            found.add((what, name))
    return found
