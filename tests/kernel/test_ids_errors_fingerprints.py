from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import HongmaoError, every_error
from hongmao.kernel.fingerprint import canonical, fingerprint
from hongmao.kernel.ids import IdMaker, IdMalformed, check_id

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_a_later_id_sorts_later_even_within_a_millisecond() -> None:
    clock = SetClock(1_746_547_200_000)
    maker = IdMaker(clock, random.Random(1))
    ids = [maker.mint("evt") for _ in range(100)]
    clock.advance(1)
    ids.append(maker.mint("evt"))
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("text", ["", "a b", "<script>", "../x", "a" * 65, "-a", "é", "a\n"])
def test_what_is_no_id_is_named_with_its_place(text: str) -> None:
    with pytest.raises(IdMalformed) as caught:
        check_id(text, place="note")
    assert "note" in caught.value.message("en")
    assert "note" in caught.value.message("zh")


@given(PLAIN)
def test_meaning_decides_a_fingerprint_not_the_order_of_keys(value: object) -> None:
    def reversed_keys(plain: object) -> object:
        match plain:
            case dict():
                return {key: reversed_keys(plain[key]) for key in reversed(plain)}
            case list():
                return [reversed_keys(inner) for inner in plain]
            case _:
                return plain

    assert fingerprint(value) == fingerprint(reversed_keys(value))


def test_a_float_has_no_fingerprint() -> None:
    with pytest.raises(TypeError, match="no float"):
        canonical({"share": 0.1})


def test_errors_render_from_code_and_params_in_both_languages() -> None:
    class Missing(HongmaoError):
        zh = "缺少 {field}"
        en = "{field} is missing"
        hint_en = "Send {field}"

    error = Missing(field="note")
    assert (error.message("zh"), error.message("en"), str(error)) == (
        "缺少 note",
        "note is missing",
        "note is missing. Send note",
    )


def test_the_tree_lists_every_error_once() -> None:
    found = every_error()
    assert found[0] is HongmaoError
    assert len(found) == len(set(found))
