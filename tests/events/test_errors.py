from __future__ import annotations

import string

import pytest

from hongmao.events import errors
from hongmao.kernel.errors import HongmaoError, every_error

OURS = [error for error in every_error() if error.__module__ == errors.__name__]


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.code)
def test_an_error_says_the_same_in_both_languages(error: type[HongmaoError]) -> None:
    assert names(error.zh) == names(error.en)
    assert names(error.hint_zh) == names(error.hint_en)
    assert error.hint_zh
    assert error.hint_en


def test_every_code_is_its_own() -> None:
    assert len({error.code for error in OURS}) == len(OURS)
