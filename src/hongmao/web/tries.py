"""How often somebody has tried to sign in lately: counted before the password is looked at, forgotten once it fits."""

from __future__ import annotations

import threading
from typing import Final

from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import MINUTE_MS, SECOND_MS

TRIES_MAX: Final = 10
TRIES_MS: Final = 15 * MINUTE_MS
KEYS_MAX: Final = 10_000
"""Pairs of login and address that are remembered; beyond it the one tried longest ago is forgotten."""
LOGIN_CHARS: Final = 64


class TooManyTries(HongmaoError):
    """Somebody is guessing. Whether the password was right this time is not looked at."""

    code = "too_many_tries"
    status = 429
    zh = "尝试次数过多，请 {wait_s} 秒后再试"
    en = "Too many tries; try again in {wait_s} seconds"
    hint_zh = "忘记密码请联系管理员"
    hint_en = "Ask an administrator if the password is lost"


class Tries:
    """Tries by login and address: ten in a quarter of an hour, of whoever it is and whether or not there is such a login."""

    def __init__(self) -> None:
        """Remember nobody. Memory is the process's own; a restart forgives."""
        self._lock = threading.Lock()
        self._since: dict[tuple[str, str], tuple[int, int]] = {}

    def count(self, login: str, address: str, now_ms: int) -> None:
        """Count one try; `TooManyTries` above the limit."""
        key = _key(login, address)
        with self._lock:
            since_ms, tries = self._since.pop(key, (now_ms, 0))
            if not 0 <= now_ms - since_ms < TRIES_MS:
                since_ms, tries = now_ms, 0
            if len(self._since) >= KEYS_MAX:
                self._since.pop(next(iter(self._since)))
            self._since[key] = (since_ms, tries + 1)
        if tries >= TRIES_MAX:
            raise TooManyTries(wait_s=(since_ms + TRIES_MS - now_ms + SECOND_MS - 1) // SECOND_MS)

    def forget(self, login: str, address: str) -> None:
        """Begin anew after somebody got in."""
        with self._lock:
            self._since.pop(_key(login, address), None)


def _key(login: str, address: str) -> tuple[str, str]:
    return login.strip().lower()[:LOGIN_CHARS], address
