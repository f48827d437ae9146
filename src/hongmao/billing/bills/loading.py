"""The formats of bills that ship with us: one TOML file each."""

from __future__ import annotations

import functools
from importlib.resources import files

from hongmao.billing.bills.contracts import BillFormat
from hongmao.billing.bills.errors import BillPlatformUnknown
from hongmao.definitions.api import read_toml


@functools.cache
def shipped() -> tuple[BillFormat, ...]:
    """Read every format, by id."""
    folder = files("hongmao.billing.bills") / "formats"
    found = [
        read_toml(path.read_text(encoding="utf-8"), BillFormat, file=f"formats/{path.name}")
        for path in folder.iterdir()
        if path.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda one: one.id))


def platforms() -> tuple[str, ...]:
    """Name the platforms whose bills can be read."""
    return tuple(sorted({platform for one in shipped() for platform in one.platforms}))


def formats_of(platform: str) -> tuple[BillFormat, ...]:
    """Give the bills of a platform."""
    found = tuple(one for one in shipped() if platform in one.platforms)
    if not found:
        raise BillPlatformUnknown(place="platform", known=", ".join(platforms()))
    return found


def format_of(id: str) -> BillFormat:
    """Give the format that a kept bill names."""
    return next(one for one in shipped() if one.id == id)
