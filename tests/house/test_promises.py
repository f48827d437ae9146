"""Each promise of the architecture page names a test that can fail: `test_promise_N_...`."""

from __future__ import annotations

import re

from shared import ROOT

PAGE = ROOT / "docs" / "architecture.md"
PROMISE = re.compile(r"^(\d+)\. \*\*", re.MULTILINE)
TEST = re.compile(r"def test_promise_(\d+)_")


def test_every_promise_has_a_test_of_its_name() -> None:
    _, _, promises = PAGE.read_text("utf-8").partition("## Promises")
    promised = set(PROMISE.findall(promises.partition("\n## ")[0]))
    kept = {found for path in (ROOT / "tests").rglob("test_*.py") for found in TEST.findall(path.read_text("utf-8"))}
    assert promised == {str(number) for number in range(1, 11)}
    assert promised - kept == set()


def test_every_rule_id_that_a_test_names_has_a_row() -> None:
    page = (ROOT / "docs" / "reference" / "rules.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([A-Z]+-\d+) \|", page, re.MULTILINE))
    named = {
        f"{kind.upper()}-{number}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for test in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
        for kind, number in re.findall(
            r"(?<![a-zA-Z])(ABUSE|ATTR|attr|BILL|CREAT|ELIG|FRAUD|LABEL|LINK|PRIV)_(\d+)", test
        )
    }
    assert named == rows
