"""What was asked for lately, in a bounded dictionary that costs no more than one to ask."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers up to `at_most` values, the latest half of them for certain.

    There is a newer half and an older one. What is found in the older comes back into the newer; when that is full, it
    becomes the older, and what nobody asked for meanwhile is forgotten. Threads may share one: what two of them do at the
    same time is at worst forgotten.
    """

    __slots__ = ("_half", "_new", "_old")

    def __init__(self, at_most: int, known: dict[K, V] | None = None) -> None:
        """Begin with what is known."""
        self._half = at_most // 2
        self._new: dict[K, V] = {}
        self._old: dict[K, V] = known or {}

    def get(self, key: K) -> V | None:
        """Find a value."""
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        """Remember a value."""
        if len(self._new) >= self._half:
            self._old, self._new = self._new, {}
        self._new[key] = value

    def forget(self, key: K) -> None:
        """Forget a value."""
        self._new.pop(key, None)
        self._old.pop(key, None)

    def without(self, keys: frozenset[K]) -> Recent[K, V]:
        """Give a copy that knows the same but for some keys; neither learns from the other afterwards."""
        other: Recent[K, V] = Recent(self._half * 2, dict(self._old))
        other._new = dict(self._new)
        for key in keys:
            other.forget(key)
        return other

    def __len__(self) -> int:
        """Count what is remembered; what stands in both halves counts twice."""
        return len(self._new) + len(self._old)
