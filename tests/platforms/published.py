"""A platform's published signing vector, as its samples keep it, for tests that change a part of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hongmao.platforms.api import SignedSample

if TYPE_CHECKING:
    from types import ModuleType


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """One vector."""

    id: str
    alg: str
    secret: str
    params: dict[str, str]
    expected: str
    origin: str
    body: str = ""

    def sample(
        self, *, secret: str | None = None, params: dict[str, str] | None = None, body: str | None = None
    ) -> SignedSample:
        """Give it to be signed, with some part of it changed."""
        return SignedSample(
            id=self.id,
            alg=self.alg,
            secret=self.secret if secret is None else secret,
            params=self.params if params is None else params,
            body=self.body if body is None else body,
        )


class _File(msgspec.Struct, frozen=True):
    vectors: list[Vector]


def vector_of(package: ModuleType) -> Vector:
    """Read the first vector of a platform's folder."""
    assert package.__file__ is not None
    raw = (Path(package.__file__).parent / "samples" / "signing.json").read_bytes()
    return msgspec.json.decode(raw, type=_File).vectors[0]
