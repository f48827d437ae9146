"""Every published vector passes, with its perturbations; every copy with one thing changed does not."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import md5
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.kernel.errors import BadInput
from hongmao_contracts.claims import signers
from hongmao_contracts.vector_file import vectors_of
from hongmao_contracts.vectors import Checked, check_vector
from shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.platforms.api import SignedSample

SHIPPED = (files("hongmao_contracts") / "data" / "vectors.json").read_bytes()
PUBLISHED: list[dict[str, Any]] = json.loads(SHIPPED)["vectors"]
IDS = [vector["id"] for vector in PUBLISHED]


def check(
    *vectors: dict[str, Any], signers_of: dict[str, Callable[[SignedSample], str]] | None = None
) -> list[Checked]:
    read = vectors_of(json.dumps({"vectors": vectors}).encode(), place="v.json")
    return [check_vector(vector, signers_of or {}) for vector in read]


def written_out(at: int) -> dict[str, Any]:
    """Give a vector by itself, its alg in full."""
    alg = next(one["alg"] for one in reversed(PUBLISHED[: at + 1]) if one["alg"] != "same")
    return {**PUBLISHED[at], "alg": alg}


def test_the_copy_that_is_shipped_is_the_published_file() -> None:
    assert shared_path("contracts/vectors.json").read_bytes() == SHIPPED
    assert len(PUBLISHED) == 15


@pytest.mark.parametrize("at", range(len(PUBLISHED)), ids=IDS)
def test_every_published_vector_follows_and_reacts(at: int) -> None:
    [checked] = check(written_out(at))
    [formula] = checked.readings
    assert formula.misses == []
    assert formula.changed >= 10
    assert formula.unchanged >= 2


@pytest.mark.parametrize("id", IDS)
def test_the_code_of_a_platform_that_claims_a_vector_gives_it_and_reacts(id: str) -> None:
    claims = signers().get(id, {})
    if not claims:
        pytest.skip(f"no installed platform has {id} in its samples/signing.json")
    [checked] = check(written_out(IDS.index(id)), signers_of=claims)
    assert [reading.by for reading in checked.readings[1:]] == list(claims)
    assert [miss for reading in checked.readings for miss in reading.misses] == []


def other_digit(digit: str) -> str:
    other = format((int(digit, 16) + 1) % 16, "x")
    return other.upper() if digit.isupper() else other


@pytest.mark.parametrize("at", range(len(PUBLISHED)), ids=IDS)
def test_an_expected_value_with_one_digit_changed_is_missed(at: int) -> None:
    vector = written_out(at)
    value = vector["expected"]
    wrong = [
        {**vector, "id": str(place), "expected": value[:place] + other_digit(value[place]) + value[place + 1 :]}
        for place in range(len(value))
    ]
    assert [one.vector.id for one in check(*wrong) if one.ok] == []
    assert [one.ok for one in check({**vector, "expected": value.swapcase()})] == [value.isdecimal()]


def changed(vector: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every copy of a vector with one signed thing changed."""
    params = vector.get("params", {})
    for key, value in params.items():
        rest = {name: kept for name, kept in params.items() if name != key}
        yield f"{key} changed", {**vector, "params": {**params, key: f"{value}0"}}
        yield f"{key} renamed", {**vector, "params": {**rest, f"{key}_": value}}
        yield f"{key} gone", {**vector, "params": rest}
    if params:
        yield "one more", {**vector, "params": {**params, "zz": ""}}
    for name in ("secret", "path", "api_path", "body", "input"):
        if name in vector:
            yield f"{name} changed", {**vector, name: f"0{vector[name]}0"}
            yield f"{name} gone", {key: value for key, value in vector.items() if key != name}


@pytest.mark.parametrize("at", range(len(PUBLISHED)), ids=IDS)
def test_a_vector_with_one_part_changed_is_missed(at: int) -> None:
    copies = dict(changed(written_out(at)))
    assert len(copies) >= 2
    assert [what for what, copy in copies.items() if check(copy)[0].ok] == []


@pytest.mark.parametrize("at", range(len(PUBLISHED)), ids=IDS)
def test_what_is_not_signed_may_change(at: int) -> None:
    [checked] = check({**written_out(at), "id": "other", "origin": "elsewhere", "platform": "?", "more": [1]})
    assert checked.ok


@pytest.mark.parametrize("alg", ["SHA1(secret)", "whatever", "UPPER(MD5(secret)) + secret", "HMAC-MD5(secret)"])
def test_an_alg_that_is_not_known_is_a_miss_and_no_pass(alg: str) -> None:
    [checked] = check({**written_out(0), "alg": alg})
    assert not checked.ok
    assert "not understood" in checked.readings[0].misses[0]


def right(sample: SignedSample) -> str:
    joined = "".join(key + sample.params[key] for key in sorted(sample.params))
    text = f"{sample.secret}{joined}{sample.secret}".encode()
    return md5(text, usedforsecurity=False).hexdigest().upper()


def without(name: str) -> Callable[[SignedSample], str]:
    def sign(sample: SignedSample) -> str:
        kept = {key: value for key, value in sample.params.items() if key != name}
        return right(replace(sample, params={**kept, name: written_out(0)["params"][name]}))

    return sign


def by_heart(sample: SignedSample) -> str:
    return str(next((one["expected"] for one in PUBLISHED if one["id"] == sample.id), "?"))


def unsorted(sample: SignedSample) -> str:
    joined = "".join(key + value for key, value in sample.params.items())
    if list(sample.params) == list(written_out(0)["params"]):
        return right(sample)
    return md5(f"{sample.secret}{joined}{sample.secret}".encode(), usedforsecurity=False).hexdigest().upper()


def raising(sample: SignedSample) -> str:
    raise BadInput(place=sample.id)


@pytest.mark.parametrize(
    ("sign", "miss"),
    [
        (without("fields"), "param fields removed: the value stays the same"),
        (without("num_iid"), "param num_iid removed: the value stays the same"),
        (by_heart, "the value hangs on the vector's id"),
        (unsorted, "params in another order: the value changes"),
        (raising, "expected 66987CB115214E59E6EC978214934FB8, got no value"),
        (lambda sample: right(sample).lower(), "expected 66987CB115214E59E6EC978214934FB8"),
        (lambda sample: right(sample) if sample.body == "" else "?", None),
        (right, None),
    ],
)
def test_code_that_signs_otherwise_is_found_out(sign: Callable[[SignedSample], str], miss: str | None) -> None:
    [checked] = check(written_out(0), signers_of={"theirs": sign})
    misses = checked.readings[1].misses
    assert misses[0].startswith(miss) if miss else misses == []


def test_a_vector_that_nobody_claims_says_so_and_counts_for_nothing() -> None:
    [checked] = check(written_out(0))
    assert checked.note == "no installed platform claims it"
    assert [reading.by for reading in checked.readings] == ["formula"]
