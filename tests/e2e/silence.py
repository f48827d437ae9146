"""Listening to everything a process writes while a story is played: no secret may be in it (PRIV-8)."""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_plus

from e2e.one_house import CONTROL
from hongmao.world.connect import MEDIA_TOKEN, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from e2e.one_house import OneHouse

_SIGNED: Final = re.compile(r"[?&\"]sign\"?[=:]\"?([0-9A-Za-z%+/=]{16,})")


class Ear(logging.Handler):
    """Keeps every record as it would be written, its traceback and its bare parts."""

    def __init__(self) -> None:
        """Hear everything."""
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.heard.append(f"{record.name}: {self.format(record)} {record.args!r}")


@dataclass
class Told:
    """Whose secrets must not be heard."""

    houses: list[OneHouse] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    def of(self, one: OneHouse) -> None:
        """Add a house with all that it and its street keep secret."""
        self.houses.append(one)

    def secrets(self) -> set[str]:
        """List what must not be heard: keys and sessions, and every signature and query that went over the wire."""
        found = {MEDIA_TOKEN, CONTROL, *self.more}
        for one in self.houses:
            keys = [key_of(store) for store in one.plan.stores]
            found |= {key.secret for key in keys} | {key.session for key in keys}
            credentials = json.loads((one.settings.home_path / "credentials.json").read_text())
            found |= {credentials["admin_key"], credentials["password"]}
            for passed in one.tap.passed:
                text = f"?{passed.query}&{unquote_plus(passed.body.decode(errors='replace'))}"
                found |= set(_SIGNED.findall(text)) | ({passed.query} if passed.query else set())
        return {spelling for secret in found for spelling in (secret, quote(secret, safe=""))}


@contextmanager
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[Told]:
    """Listen to all loggers at DEBUG, the HTTP library's among them, and to both streams; afterwards nothing was let slip."""
    ear, root, told = Ear(), logging.getLogger(), Told()
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield told
        secrets = told.secrets()
    finally:
        root.removeHandler(ear)
        root.setLevel(before)
    streams = capfd.readouterr()
    written = [*ear.heard, *streams.out.splitlines(), *streams.err.splitlines()]
    slips = [line for line in written if any(secret in line for secret in secrets)]
    assert not slips, f"{len(slips)} lines tell a secret, the first of them: {slips[0][:500]}"
    # It was heard, and it had something to say.
    assert any("urllib3" in line for line in written), "nothing was heard of the HTTP library"
