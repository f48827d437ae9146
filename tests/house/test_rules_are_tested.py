"""Every rule of money, admission, labels, creators and links, and every row of the article about them, has a test by its name."""

from __future__ import annotations

import re
from typing import Final

import pytest

from shared import ROOT, shared_path

TESTS: Final = ROOT / "tests"
ROOMS: Final = ("ELIG", "LABEL", "BILL", "CREAT", "LINK")
ROWS: Final = (2, 6, 7, 9, 20, 28, 29, 31, 32, 33, 42, 46, 47, 48, 49, 50)


def named() -> str:
    """Give the names of all tests, one after the other."""
    files = [path.read_text(encoding="utf-8") for path in sorted(TESTS.rglob("test_*.py"))]
    return " ".join(name for text in files for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE))


def rule_ids() -> list[str]:
    """List the rules, as the domain's table numbers them."""
    text = shared_path("domain/rules.md").read_text(encoding="utf-8")
    return sorted(set(re.findall(rf"\b(?:{'|'.join(ROOMS)})-[0-9]+\b", text)))


def test_every_rule_of_these_rooms_has_a_test_named_after_it() -> None:
    names = named()
    ids = rule_ids()
    assert {one.partition("-")[0] for one in ids} == set(ROOMS)
    assert [one for one in ids if not re.search(rf"{one.replace('-', '_')}(?![0-9])", names)] == []


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_article_has_a_test_named_after_it(row: int) -> None:
    assert re.search(rf"article_row_{row}(?![0-9])", named()) is not None
