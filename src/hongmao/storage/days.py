"""Asia/Shanghai days and hours in SQL, as numbers from 1970-01-01."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import literal

from hongmao.kernel.time import DAY_MS, HOUR_MS, SHANGHAI_MS

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute


def day_number(at_ms: InstrumentedAttribute[Any]) -> ColumnElement[int]:
    """Number the day of an instant: it begins at midnight in Shanghai, eight hours before that of the epoch."""
    return (at_ms + _written(SHANGHAI_MS)) // _written(DAY_MS)


def hour_number(at_ms: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """Number the hour of an instant, as `day_number` does the day."""
    return (at_ms + _written(SHANGHAI_MS)) // _written(HOUR_MS)


def _written(number: int) -> BindParameter[int]:
    # PostgreSQL groups by an expression only where it reads the same as the one selected, parameters included.
    return literal(number, literal_execute=True)
