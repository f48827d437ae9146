"""Keeping the link table fresh on a thread of its own, so that nobody who taps ever waits for the database."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hongmao.links.table import LinkTable

LOOK_EVERY_S: Final = 1.0
_log = logging.getLogger("hongmao.links")


class LinkWatch:
    """Looks for changes every second. A look that fails is tried again; meanwhile the table grows old, and says so."""

    def __init__(self, table: LinkTable, *, every_s: float = LOOK_EVERY_S) -> None:
        """Watch nothing yet."""
        self._table = table
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look once more, then in the background from now on; whoever asks the table looks no more himself."""
        self._table.refresh()
        self._table.follow(followed=True)
        self._thread = threading.Thread(target=self._work, name="hongmao-links", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the look under way, end the thread, and leave the looking to those who ask."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._table.follow(followed=False)

    def _work(self) -> None:
        well = True
        while not self._stop.wait(self._every_s):
            try:
                self._table.refresh()
                well = True
            except Exception:  # noqa: BLE001 - whatever keeps us from looking, the table's age tells of it
                if well:  # the first of many says it all
                    _log.exception("the links could not be looked at, and are asked for again every second")
                well = False
