"""What the suite tries adapters with: bodies taken apart and put together, links unpacked, prefixes compared."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao_contracts import changes
from hongmao_contracts.checks.links import allows, layers
from hongmao_contracts.mutations import LIST_SAMPLED, LIST_WHOLE_MAX, MISSING, Body, later, odd_bodies, plus

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
JSONS = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner))


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


@given(tree=JSONS)
def test_a_body_put_together_again_is_the_same(tree: Any) -> None:
    body = Body(dumped(tree))
    assert all(json.loads(body.changed(leaf.path, leaf.value)) == tree for leaf in body.leaves())


@given(tree=JSONS)
def test_one_value_is_changed_and_no_other(tree: Any) -> None:
    body = Body(dumped(tree))
    before = {leaf.path: leaf.value for leaf in body.leaves()}
    for path in before:
        after = {leaf.path: leaf.value for leaf in Body(body.changed(path, "changed")).leaves()}
        assert after == {**before, path: "changed"}


def test_json_within_a_text_is_taken_apart_as_well() -> None:
    inner = json.dumps({"rows": [{"fee": "1.00", "note": "{x"}]})
    body = Body(dumped({"result": inner, "code": 0}))
    assert [leaf.name for leaf in body.leaves()] == ["result.rows.0.fee", "result.rows.0.note", "code"]
    changed = json.loads(body.changed(body.leaves()[0].path, "2.00"))
    assert json.loads(changed["result"])["rows"][0] == {"fee": "2.00", "note": "{x"}
    gone = json.loads(body.changed(body.leaves()[0].path, MISSING))
    assert json.loads(gone["result"])["rows"] == [{"note": "{x"}]


def test_every_odd_body_is_json_and_none_is_the_body() -> None:
    body = {"rows": [{"a": 7, "b": json.dumps(["x"])}], "next": None}
    made = dict(odd_bodies(Body(dumped(body))))
    assert len(made) > 60
    assert all(json.loads(one) != body for what, one in made.items() if not what.endswith("next null"))
    assert json.loads(made["rows.0.a missing"])["rows"] == [{"b": '["x"]'}]
    assert made["rows.0.a half a character"].count(rb"\ud800") == 1


def test_of_a_long_list_some_items_stand_for_all() -> None:
    body = Body(dumped([{"a": number} for number in range(LIST_WHOLE_MAX + 30)]))
    assert len(body.leaves()) == LIST_WHOLE_MAX + 30
    tried = [leaf.path[0] for leaf in body.leaves(sampled=True)]
    assert (len(tried), tried[0], tried[-1]) == (LIST_SAMPLED, 0, LIST_WHOLE_MAX + 29)
    whole = Body(dumped([{"a": number} for number in range(LIST_WHOLE_MAX)]))
    assert whole.leaves() == whole.leaves(sampled=True)


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        (1_746_583_200, 1_746_586_800),
        (1_746_583_200_000, 1_746_586_800_000),
        ("1746583200", "1746586800"),
        ("2025-05-07 10:00:00", "2025-05-07 11:00:00"),
        ("2025-05-07T22:59:59+08:00", "2025-05-07T23:59:59+08:00"),
        ("2025-05-07 23:00:00", None),
        (3, 4),
        ("3", "4"),
        (True, None),
        ("three", None),
        (None, None),
        (1.5, None),
    ],
    ids=repr,
)
def test_a_time_is_moved_by_an_hour_and_a_number_by_one(value: Any, moved: Any) -> None:
    assert later(value) == moved


@pytest.mark.parametrize(
    ("value", "by", "sum_"),
    [
        (29_900, "7", 29_907),
        (29_900, "0.5", 29_900.5),
        (12.34, "7", 19.34),
        ("12.34", "0.005", "12.345"),
        ("29900", "0.5", "29900.5"),
        ("1.234", "7", None),
        ("x", "7", None),
        (True, "7", None),
        (None, "7", None),
    ],
    ids=repr,
)
def test_an_amount_is_added_to_in_the_type_it_has(value: Any, by: str, sum_: Any) -> None:
    got = plus(value, Decimal(by))
    assert (got, type(got)) == (sum_, type(sum_))


@given(length=st.integers(0, 500), limit=st.integers(2, 60))
def test_places_are_spread_from_the_first_to_the_last(length: int, limit: int) -> None:
    found = changes.places(length, limit)
    assert found == sorted(set(found))
    assert len(found) == min(length, limit)
    assert not length or (found[0], found[-1]) == (0, length - 1)


@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_a_changed_text_is_another_text(text: str) -> None:
    made = [changed for _, changed in changes.texts(text)]
    assert len(made) >= len(changes.places(len(text)))
    assert text not in made


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://s.example/i?c=1", ["1"]),
        ("app://open?url=https%3A%2F%2Fs.example%2Fi%3Fc%3D1%26d%3D2", ["https://s.example/i?c=1&d=2", "1", "2"]),
        # Encoded once too little: the outer address takes the inner one's second parameter.
        ("app://open?url=https://s.example/i?c=1&d=2", ["https://s.example/i?c=1", "1", "2"]),
        (
            "jd://v?params=%7B%22url%22%3A%22https%3A%2F%2Fs.example%3Fc%3D1%22%7D",
            ['{"url":"https://s.example?c=1"}', "https://s.example?c=1", "1"],
        ),
        ("https://ul.example/ul?app://v?c=1", ["app://v?c=1", "1"]),
        ("app://open", []),
    ],
)
def test_an_address_is_unpacked_layer_by_layer(url: str, found: list[str]) -> None:
    assert layers(url) == found


@pytest.mark.parametrize(
    ("prefix", "url", "allowed"),
    [
        ("https://m.s.example/", "https://m.s.example/i/1", True),
        ("https://m.s.example", "https://M.S.EXAMPLE/i/1", True),
        ("https://m.s.example/shop", "https://m.s.example/shop/1", True),
        ("https://m.s.example/shop", "https://m.s.example/shopping", False),
        ("https://m.s.example/shop", "https://m.s.example/shop/../x", False),
        ("https://m.s.example/shop", "https://m.s.example/shop/%2e%2e/x", False),
        ("https://m.s.example/", "https://m.s.example.evil.example/", False),
        ("https://m.s.example/", "https://evil.example/m.s.example/", False),
        ("https://m.s.example/", "https://m.s.example@evil.example/", False),
        ("https://m.s.example/", "https://m.s.example:8443/", False),
        ("https://m.s.example/", "http://m.s.example/", False),
        ("https://m.s.example/", "https://[", False),
        ("shop://", "shop://open?x=1", True),
        ("shop://", "shopx://open", False),
        ("shop://open", "shop://other", False),
    ],
)
def test_a_prefix_allows_its_own_origin_and_nothing_like_it(prefix: str, url: str, allowed: bool) -> None:  # noqa: FBT001 - a row of the table
    assert allows(prefix, url) is allowed
