"""`hongmao ledger verify`, as a person or a script types it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.cli import ledger as command
from ledger.moves import BANK, SHOP, WALLET, move
from ledger.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Open a ledger of two postings where the command opens the house."""
    with staged("sqlite") as put_up:

        @contextmanager
        def opened() -> Iterator[SimpleNamespace]:
            yield SimpleNamespace(ledger=put_up.ledger)

        monkeypatch.setattr(command, "open_house", opened)
        put_up.ledger.post(move("in", BANK, WALLET, 100))
        put_up.ledger.post(move("out", WALLET, SHOP, 40))
        yield put_up


def verify(*words: str) -> Result:
    return CliRunner().invoke(command.ledger, ["verify", *words])


def test_it_prints_the_head_and_finds_it_again_behind_later_postings(stage: Stage) -> None:
    printed = json.loads(verify("--json").stdout)
    assert (printed["balanced"], printed["seals"], printed["head_known"]) == (True, 2, None)
    stage.ledger.post(move("more", BANK, WALLET, 1))
    told = verify("--head", printed["head"])
    assert (told.exit_code, told.stdout.splitlines()[0]) == (0, "ledger balanced")
    assert f"  head          {stage.ledger.head().hash}\n" in told.stdout


def test_a_head_that_is_not_in_the_chain_is_no_balanced_ledger(stage: Stage) -> None:
    strange = stage.ledger.head().hash[::-1]
    told = verify("--head", strange, "--json")
    found = json.loads(told.stdout)
    assert (told.exit_code, found["head_known"], found["balanced"], found["broken_seal"]) == (1, False, False, None)


def test_a_seal_that_does_not_fit_is_named(stage: Stage) -> None:
    stage.do("DROP TRIGGER ledger_seals_no_update", "UPDATE ledger_seals SET hash = 'f' WHERE number = 2")
    told = verify()
    assert (told.exit_code, told.stdout.splitlines()[0]) == (1, "ledger NOT balanced")
    assert "  broken_seal   2\n" in told.stdout
