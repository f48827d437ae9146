"""Between rows and the frozen data of the contexts: the same names, but that a row says `shop_id` where data says `shop`."""

from __future__ import annotations

import functools
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed import DataclassInstance

    from hongmao.storage.base import Base

D = TypeVar("D")


def to_data(kind: type[D], row: Base, **instead: object) -> D:
    """Make a frozen record of a row; `instead` gives fields whose column holds them in another form."""
    values = {field: getattr(row, column) for field, column in _columns(cast("Hashable", kind), type(row))}
    return kind(**{**values, **instead})


def to_values(record: object, model: type[Base]) -> dict[str, Any]:
    """Make the column values of a record; what only the row has is added by the caller."""
    return {column: getattr(record, field) for field, column in _columns(cast("Hashable", type(record)), model)}


@functools.cache
def _columns(kind: Hashable, model: type[Base]) -> tuple[tuple[str, str], ...]:
    names = [field.name for field in fields(cast("type[DataclassInstance]", kind))]
    return tuple((name, name if hasattr(model, name) else f"{name}_id") for name in names)
