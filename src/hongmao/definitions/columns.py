"""What others call our metrics: the fields of the market's report interface, and the columns of its exports.

One table, `files/columns.toml`, names for each of them the metric that it is, and the window where the name holds one.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Annotated

import msgspec

from hongmao.definitions.toml import read

_MEANT = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}(@[1-9]\d{0,4}[hd])?$")]


class _Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    juguang: dict[str, _MEANT]
    """Fields of 聚光's report interface."""
    exports: dict[str, _MEANT]
    """Columns of exports, brackets of full width written as half."""


class Column(msgspec.Struct, frozen=True):
    """What a column is: a metric, and its window where the column's name holds one."""

    metric: str
    window: str | None


def column(name: str) -> Column | None:
    """Find the metric that somebody's column is; None where we know no such column.

    Exports mix brackets of full and half width, so both are read alike.

    >>> column("external_roi_7"), column("小红星站外活跃UV（30日归因)")
    (Column(metric='roi_gross', window='7d'), Column(metric='offsite_active_uv_30d', window=None))
    """
    return columns().get(_plain(name))


@functools.cache
def columns() -> dict[str, Column]:
    """Give every column that we know by its name."""
    text = (files("hongmao.definitions") / "files" / "columns.toml").read_text(encoding="utf-8")
    found = read(text, _Columns, file="columns.toml")
    return {_plain(name): _meant(told) for name, told in (*found.juguang.items(), *found.exports.items())}


def _meant(told: str) -> Column:
    metric, _, window = told.partition("@")
    return Column(metric, window or None)


def _plain(name: str) -> str:
    return name.strip().replace("（", "(").replace("）", ")")
