"""Which jumps a pilot keeps closed, asked of a process of its own: platforms load shops, files and gateways with them.

An edge needs nothing of a platform but this, and would hold a hundred megabytes of the rest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING

from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.bootstrap.settings import Settings


class PilotsUnknown(HongmaoError):
    """The platforms could not be asked which of them are in a pilot."""

    code = "pilots_unknown"
    zh = "无法得知哪些平台处于内测：{why}"
    en = "The platforms did not say which of them are in a pilot: {why}"
    hint_zh = "请检查 HONGMAO_PILOTS 与已安装的平台插件"
    hint_en = "Check HONGMAO_PILOTS and the plugins that are installed"


@contextmanager
def asking(settings: Settings) -> Iterator[Callable[[], frozenset[str]]]:
    """Ask while other things are being opened; what is given waits for the answer."""
    given = {f"HONGMAO_{entry.name.upper()}": str(getattr(settings, entry.name)) for entry in fields(settings)}
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", __name__],
        env={**os.environ, **given},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:

        def answer() -> frozenset[str]:
            said, complained = child.communicate()
            if child.returncode:
                raise PilotsUnknown(why=complained.strip().splitlines()[-1][:300] if complained.strip() else "no word")
            return frozenset(json.loads(said))

        try:
            yield answer
        finally:
            child.kill()


def main() -> None:
    """Print the names, as JSON."""
    from hongmao.bootstrap.platforms import closed_pilots, platforms_of  # noqa: PLC0415 - what the asking one avoids
    from hongmao.bootstrap.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    sys.stdout.write(json.dumps(sorted(closed_pilots(platforms_of(settings), settings))))


if __name__ == "__main__":
    main()
