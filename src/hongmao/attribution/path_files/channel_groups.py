"""Groups of channels from a small file: notes into their creators, creators into categories."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from hongmao.attribution.files.errors import FileMissing
from hongmao.attribution.path_files.errors import GroupsUnreadable

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = ["channel", "group"]


def read_groups(path: Path) -> dict[str, str]:
    """Read a CSV of `channel,group`; raises `FileMissing`, or `GroupsUnreadable` with the line."""
    groups: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            if next(rows, None) != _HEADER:
                raise GroupsUnreadable(place=f"{path.name}:1")
            for row in rows:
                match [cell.strip() for cell in row]:
                    case []:
                        continue
                    case [channel, group] if channel and group and channel not in groups:
                        groups[channel] = group
                    case _:
                        raise GroupsUnreadable(place=f"{path.name}:{rows.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise FileMissing(place=str(path), why=getattr(fault, "strerror", None) or str(fault)) from None
    return groups
