"""`hongmao ledger reconcile`, as a person or a script types it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from billing.bills.desk import Desk, desk
from hongmao.billing.api import BillSeenAlready
from hongmao.cli import ledger_reconcile
from hongmao.cli.ledger import ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Open a house that has charged two clicks where the command opens its own."""
    with desk(tmp_path) as put_up:

        @contextmanager
        def opened() -> Iterator[SimpleNamespace]:
            yield SimpleNamespace(bills=put_up.bills)

        monkeypatch.setattr(ledger_reconcile, "open_house", opened)
        put_up.click("a", 7, 120)
        put_up.click("b", 8, 80)
        yield put_up


def run(path: Path, *words: str, platform: str = "xhs") -> Result:
    asked = ["reconcile", str(path), "--platform", platform, "--merchant", "m1", "--month", "2025-05"]
    return CliRunner().invoke(ledger, [*asked, *words])


def test_a_bill_that_agrees_ends_well(at: Desk) -> None:
    told = run(at.file("日期,笔记ID,消费\n2025-05-07,n1,1.20\n2025-05-08,n1,0.80\n"))
    assert (told.exit_code, told.stdout.splitlines()[0]) == (0, "bill 1  m1  xhs  juguang_note  2025-05")
    assert "difference         0.00  = missing 0.00 - extra 0.00 + differing 0.00" in told.stdout


def test_one_that_does_not_is_told_line_by_line_with_what_to_do(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HONGMAO_LANG", "zh")
    told = run(at.file("日期,笔记ID,消费\n2025-05-07,n1,1.30\n2025-05-07,n9,0.1234\n", "五月.csv"))
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert "  differs     2025-05-07  n1  ours 1.20  theirs 1.30  rows 2" in lines
    assert "  missing     2025-05-08  n1  ours 0.80  theirs —  rows —" in lines
    assert "  unreadable  五月.csv 第 3 行 amount：金额不足一分" in lines
    assert any(line.startswith("  differs: 双方金额不同") for line in lines)


def test_json_is_one_object_and_the_same_file_again_a_duplicate(at: Desk) -> None:
    path = at.file("日期,笔记ID,消费\n2025-05-07,n1,1.20\n")
    first, again = run(path, "--json"), run(path, "--json")
    assert (first.exit_code, again.exit_code) == (1, 1)
    told, anew = json.loads(first.stdout), json.loads(again.stdout)
    assert (told["duplicate"], anew["duplicate"]) == (False, True)
    assert (told["counts"]["missing"], told["sums"]["difference_fen"]) == (1, 80)
    assert {**told, "duplicate": True} == anew


def test_the_same_bytes_as_another_platform_s_are_refused(at: Desk) -> None:
    path = at.file("日期,笔记ID,消费\n2025-05-07,n1,1.20\n")
    run(path)
    told = run(path, platform="juguang")
    assert isinstance(told.exception, BillSeenAlready)
