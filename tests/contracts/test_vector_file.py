"""Files of vectors that cannot be used: each mistake by its name and its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hongmao_contracts.errors import VectorMalformed, VectorsTooLarge, VectorsUnreadable, VectorTwice
from hongmao_contracts.vector_file import FILE_BYTES_MAX, VECTORS_MAX, read_vectors, vectors_of

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.kernel.errors import BadInput

VECTOR: dict[str, Any] = {
    "id": "one",
    "alg": "MD5(secret + concat(sorted k+v))",
    "secret": "s",
    "params": {"a": "1"},
    "expected": "x",
}


def file_of(*vectors: object) -> bytes:
    return json.dumps({"vectors": vectors}).encode()


def refused(raw: bytes) -> BadInput:
    with pytest.raises((VectorsUnreadable, VectorMalformed, VectorTwice, VectorsTooLarge)) as caught:
        vectors_of(raw, place="v.json")
    error = caught.value
    assert error.message("zh") != error.message("en")
    assert str(error.params["place"]) in error.message("zh")
    return error


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", "v.json:1:1"),
        (b"{", "v.json:1:2"),
        (b'{"vectors":[}', "v.json:1:13"),
        (b'{"vectors":[]}\n}', "v.json:2:1"),
        (b'\xff{"vectors":[]}', "v.json: byte 0"),
        (b"\xef\xbb\xbf{}", "v.json:1:1"),
        (b"[" * 200_000, "v.json"),
        (b'{"n":' + b"9" * 5_000 + b"}", "v.json"),
    ],
)
def test_what_is_no_json_is_named_with_line_and_column(raw: bytes, place: str) -> None:
    error = refused(raw)
    assert (type(error), error.params["place"]) == (VectorsUnreadable, place)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"[]", "v.json"),
        (b"7", "v.json"),
        (b"{}", "vectors"),
        (b'{"vectors":{}}', "vectors"),
        (b'{"vectors":[]}', "vectors"),
        (b'{"vectors":NaN}', "NaN"),
        (b'{"vectors":[],"vectors":[]}', "'vectors'"),
        (file_of("one"), "vectors[0]"),
        (file_of(VECTOR, None), "vectors[1]"),
        (file_of({**VECTOR, "params": []}), "vectors[0].params"),
        (file_of({**VECTOR, "params": {"a": 1}}), "vectors[0].params.a"),
        (file_of({**VECTOR, "params": {"a": None}}), "vectors[0].params.a"),
        (file_of({**VECTOR, "secret": None}), "vectors[0].secret"),
        (file_of({**VECTOR, "body": {}}), "vectors[0].body"),
        (file_of({**VECTOR, "path": 1}), "vectors[0].path"),
        (file_of({**VECTOR, "path": "/a", "api_path": "/b"}), "vectors[0].api_path"),
        (file_of({**VECTOR, "expected": ""}), "vectors[0].expected"),
        (file_of({**VECTOR, "expected": None}), "vectors[0].expected"),
        (file_of({**VECTOR, "alg": ""}), "vectors[0].alg"),
        (file_of({**VECTOR, "alg": "same"}), "vectors[0].alg"),
        (file_of({**VECTOR, "id": 7}), "vectors[0].id"),
        (file_of({**VECTOR, "input": "\ud800"}), "vectors[0].input"),
        *(
            (file_of({key: VECTOR[key] for key in VECTOR if key != name}), f"vectors[0].{name}")
            for name in ("id", "alg", "expected")
        ),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_place(raw: bytes, place: str) -> None:
    error = refused(raw)
    assert (type(error), error.params["place"]) == (VectorMalformed, place)


def test_two_vectors_of_one_id_are_told_apart_by_nobody() -> None:
    error = refused(file_of(VECTOR, {**VECTOR, "id": "two"}, VECTOR))
    assert isinstance(error, VectorTwice)
    assert error.params == {"place": "vectors[2]", "id": "one", "first": "vectors[0]"}


def test_a_key_that_stands_twice_is_no_key() -> None:
    raw = file_of(VECTOR).replace(b'{"a": "1"}', b'{"a": "1", "a": "2"}')
    assert refused(raw).params["place"] == "'a'"


def test_a_file_has_a_size() -> None:
    assert refused(b" " * (FILE_BYTES_MAX + 1)).params["limit"] == f"{FILE_BYTES_MAX} bytes"
    many = [{**VECTOR, "id": str(number)} for number in range(VECTORS_MAX + 1)]
    assert refused(file_of(*many)).params["place"] == "vectors"


def test_a_huge_file_is_left_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(VectorsTooLarge):
        read_vectors(huge, place="huge.json")


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(VectorsUnreadable):
        read_vectors(tmp_path / name, place=name)


def test_same_repeats_the_alg_before_and_what_is_unknown_is_left_alone() -> None:
    first, second, third = vectors_of(
        file_of({**VECTOR, "note": 7}, {**VECTOR, "id": "two", "alg": "same"}, {**VECTOR, "id": "3", "alg": "same"}),
        place="v.json",
    )
    assert first.alg == second.alg == third.alg == VECTOR["alg"]
    assert first.parts == second.parts
