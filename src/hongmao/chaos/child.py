"""One process of the house with trouble built in: `python -m hongmao.chaos.child SWITCHES ROLE`; `hongmao serve` otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

from hongmao.bootstrap.roles import Role
from hongmao.bootstrap.serving import serve_until_stopped
from hongmao.bootstrap.settings import Settings
from hongmao.chaos.faults import befall
from hongmao.chaos.switches import Switches


def main(switches: str, role: str) -> None:
    """Serve until standard input ends: nobody outlives the harness."""
    befall(Switches(Path(switches)))
    serve_until_stopped(Settings.read(), role=Role(role), until_stdin_closes=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
