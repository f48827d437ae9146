"""Large blocks go back to the machine when they are freed, whatever was allocated behind them."""

from __future__ import annotations

import subprocess
import sys

MEASURED = """
import sys
from pathlib import Path
from hongmao.bootstrap.memory import keep_large_blocks_apart

def in_use():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

assert sys.argv[1] == "left" or keep_large_blocks_apart()
begun = in_use()
del_first = bytearray(16 * 2**20)  # from which malloc, left to itself, learns that blocks of this size come and go
del del_first
large, small = [], []
for _ in range(20):
    large.append(bytearray(2 * 2**20))
    small.append(bytearray(2**16))  # behind each, and there to stay
del large
print((in_use() - begun) // 2**20)
"""


def kept_mib(word: str) -> int:
    """Give what a fresh process still has of forty megabytes that it freed."""
    done = subprocess.run([sys.executable, "-c", MEASURED, word], capture_output=True, check=True, timeout=240)
    return int(done.stdout)


def test_large_blocks_are_given_back_with_small_ones_behind_them() -> None:
    assert kept_mib("left") > 20  # else there is nothing to do, and this room can go
    assert kept_mib("apart") < 5
