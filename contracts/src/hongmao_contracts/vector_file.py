"""Reads a file of signing vectors, and says by place what is wrong with one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hongmao_contracts.alg import Parts
from hongmao_contracts.errors import VectorMalformed, VectorsTooLarge, VectorsUnreadable, VectorTwice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

FILE_BYTES_MAX = 8 * 2**20
VECTORS_MAX = 10_000
SAME: Final = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One vector. `alg` is written out where the file says `same`."""

    id: str
    platform: str
    alg: str
    parts: Parts
    expected: str
    origin: str


def read_vectors(path: Path | Traversable, *, place: str) -> list[Vector]:
    """Read a file's vectors; `place` is what errors call the file. Raises an error of `hongmao_contracts.errors`."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        why_en = error.strerror or type(error).__name__
        raise VectorsUnreadable(place=place, why_zh="无法打开", why_en=why_en) from error
    return vectors_of(raw, place=place)


def vectors_of(raw: bytes, *, place: str) -> list[Vector]:
    """Read the bytes of such a file."""
    if len(raw) > FILE_BYTES_MAX:
        raise VectorsTooLarge(place=place, limit=f"{FILE_BYTES_MAX} bytes")
    told = _decoded(raw, place)
    if not isinstance(told, dict):
        raise _wrong(place, "应是一个对象", "it must be an object")
    listed = told.get("vectors")
    if not isinstance(listed, list) or not listed:
        raise _wrong("vectors", "应是非空数组", "it must be a list with at least one vector")
    if len(listed) > VECTORS_MAX:
        raise VectorsTooLarge(place="vectors", limit=f"{VECTORS_MAX} vectors")
    return _read_all(listed)


def _decoded(raw: bytes, place: str) -> object:
    try:
        return json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        at = f"byte {error.start}"
        raise VectorsUnreadable(place=f"{place}: {at}", why_zh="不是 UTF-8", why_en="no UTF-8") from error
    except json.JSONDecodeError as error:
        at = f"{place}:{error.lineno}:{error.colno}"
        raise VectorsUnreadable(place=at, why_zh=error.msg, why_en=error.msg) from error
    except (RecursionError, ValueError) as error:  # nested too deep, or a number of thousands of digits
        raise VectorsUnreadable(place=place, why_zh="无法解析", why_en=type(error).__name__) from error


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: which of the two was signed, nobody could say."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _wrong(repr(twice), "同一对象中出现两次", "it stands twice in one object")
    return found


def _no_number(text: str) -> object:
    raise _wrong(text, "不是 JSON 的数", "it is no number of JSON")


def _read_all(listed: Sequence[object]) -> list[Vector]:
    vectors: list[Vector] = []
    places: dict[str, str] = {}
    for index, told in enumerate(listed):
        place = f"vectors[{index}]"
        vector = _read(told, place, before=vectors[-1] if vectors else None)
        if vector.id in places:
            raise VectorTwice(place=place, id=vector.id, first=places[vector.id])
        places[vector.id] = place
        vectors.append(vector)
    return vectors


def _read(told: object, place: str, *, before: Vector | None) -> Vector:
    if not isinstance(told, dict):
        raise _wrong(place, "应是一个对象", "it must be an object")
    alg = _needed(told, "alg", place)
    if alg == SAME:
        if before is None:
            raise _wrong(f"{place}.alg", "之前没有向量可“same”", "no vector stands before it to be the same as")
        alg = before.alg
    if "path" in told and "api_path" in told:
        raise _wrong(f"{place}.api_path", "与 path 只能有一个", "it stands beside path, and one of them is signed")
    path_name = "api_path" if "api_path" in told else "path"
    return Vector(
        id=_needed(told, "id", place),
        platform=_text(told, "platform", place) or "",
        alg=alg,
        parts=Parts(
            secret=_text(told, "secret", place),
            params=_params(told.get("params", {}), f"{place}.params"),
            body=_text(told, "body", place),
            path=_text(told, path_name, place),
            input=_text(told, "input", place),
        ),
        expected=_needed(told, "expected", place),
        origin=_text(told, "origin", place) or "",
    )


def _params(told: object, place: str) -> dict[str, str]:
    if not isinstance(told, dict):
        raise _wrong(place, "应是一个对象", "it must be an object")
    # A number has many spellings and only one was signed.
    return {_sound(name, place): _needed(told, name, place, or_empty=True) for name in told}


def _needed(told: dict[str, object], name: str, place: str, *, or_empty: bool = False) -> str:
    text = _text(told, name, place)
    if text is None or not (text or or_empty):
        raise _wrong(f"{place}.{name}", "缺少", "it is missing")
    return text


def _text(told: dict[str, object], name: str, place: str) -> str | None:
    value = told.get(name)
    if name not in told:
        return None
    if not isinstance(value, str):
        raise _wrong(f"{place}.{name}", "应是文本", "it must be text")
    return _sound(value, f"{place}.{name}")


def _sound(text: str, place: str) -> str:
    """Refuse half a character, which no bytes can be made of."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _wrong(place, "含有不成对的代理码位", "it holds half of a surrogate pair") from None
    return text


def _wrong(place: str, why_zh: str, why_en: str) -> VectorMalformed:
    return VectorMalformed(place=place, why_zh=why_zh, why_en=why_en)
