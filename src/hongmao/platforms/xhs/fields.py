"""Reading fields of Ark's answers: what every platform's are read by, and what Ark alone writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import SECOND_MS, FieldFault, Fields, instant

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNT_MAX: Final = 1_000_000
_MS_FROM: Final = instant("2020-01-01T00:00:00+08:00")
_MS_TO: Final = instant("2100-01-01T00:00:00+08:00")


class ArkFields(Fields):
    """One object of Ark's, field by field."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Read from a decoded object."""
        super().__init__(told)
        self._told = told

    def at_either(self, name: str) -> int | None:
        """Read an instant whose unit the documents leave open; between 2020 and 2100 no number is both.

        >>> ArkFields({"t": 1_746_583_200}).at_either("t") == ArkFields({"t": 1_746_583_200_000}).at_either("t")
        True
        """
        value = self.whole(name)
        if value is None or value == 0:
            return None
        for unit_ms in (SECOND_MS, 1):
            if _MS_FROM <= value * unit_ms < _MS_TO:
                return value * unit_ms
        raise FieldFault("bad_time", name)

    def count(self, name: str) -> int | None:
        """Read how many there are: one at least."""
        value = self.whole(name)
        if value is not None and not 1 <= value <= COUNT_MAX:
            raise FieldFault("out_of_range", name)
        return value

    def truth(self, name: str) -> bool | None:
        """Read a truth, which Ark writes as JSON does."""
        value = self._told.get(name)
        if value is not None and not isinstance(value, bool):
            raise FieldFault("bad_value", name)
        return value

    def objects(self, name: str) -> list[ArkFields]:
        """Read a list of objects; an absent one is empty."""
        self.rows(name)
        return [ArkFields(one) for one in self._told.get(name) or ()]

    def object(self, name: str) -> ArkFields:
        """Read an object that must be there."""
        value = self._told.get(name)
        if not isinstance(value, dict):
            raise FieldFault("missing_field" if value is None else "bad_value", name)
        return ArkFields(value)
