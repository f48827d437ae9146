"""Every error is a named sentence in both languages, with the same facts and a code of its own."""

from __future__ import annotations

import re
from collections import Counter
from string import Formatter
from typing import TYPE_CHECKING

from house.reading import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.kernel.errors import HongmaoError

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def facts(template: str) -> set[str]:
    """List the names a sentence takes its facts from; a fact told in words of its own, `why_zh` and `why_en`, is one."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return {re.sub(r"[.\[].*|_(zh|en)$", "", name) for name in names}


def faults(error: type[HongmaoError]) -> Iterator[str]:
    """Say what is wrong with how an error speaks."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", error.code):
        yield "its code is no lower_case word"
    if not 400 <= error.status < 600:
        yield f"its status {error.status} is no error's"
    # The label is these two characters in every language: no other word replaces them (LABEL-1).
    if not CHINESE.search(error.zh) or CHINESE.search(error.en.replace("广告", "")):
        yield "its sentences are not one Chinese and one English"
    if facts(error.zh) != facts(error.en):
        yield f"its sentences tell different facts: {facts(error.zh)} and {facts(error.en)}"
    if bool(error.hint_zh) != bool(error.hint_en):
        yield "its hint stands in one language only"
    if facts(error.hint_zh) != facts(error.hint_en):
        yield f"its hints tell different facts: {facts(error.hint_zh)} and {facts(error.hint_en)}"
    # A hint follows the sentence after a full stop of the renderer's own.
    if any(text.endswith((".", "。", " ")) for text in (error.zh, error.en, error.hint_zh, error.hint_en)):
        yield "a sentence ends with a full stop or a space"


def test_every_error_has_a_code_of_its_own() -> None:
    borrowed = [error.__qualname__ for error in errors() if "code" not in vars(error)]
    shared = [code for code, count in Counter(error.code for error in errors()).items() if count > 1]
    assert (borrowed, shared) == ([], [])


def test_an_error_says_the_same_in_both_languages() -> None:
    assert [f"{error.__qualname__}: {fault}" for error in errors() for fault in faults(error)] == []
