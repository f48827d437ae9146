"""`hongmao ledger verify | close | statement`, as a person or a script types it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from billing.statements.desk import CREATOR, DAI, IN_JUNE, M1, MAY, Desk, click, desk
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.cli import ledger as command
from ledger.moves import BANK, SHOP, WALLET, move
from ledger.stage import Stage, staged
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A month over: on 2 June 2025, m1 has paid in 100.00 in May and clicked once."""
    with desk() as opened:

        @contextmanager
        def there() -> Iterator[SimpleNamespace]:
            yield SimpleNamespace(books=opened.books, clock=opened.clock)

        monkeypatch.setattr(command, "open_house", there)
        opened.billing.top_up(ROOT, M1, "cid", 10_000, "may")
        opened.clicks(click(1))
        opened.clock.set(IN_JUNE)
        yield opened


def run(*words: str) -> Result:
    return CliRunner().invoke(command.ledger, [*words, "--lang", "en"])


def test_a_month_is_closed_once_and_says_so_again(town: Desk) -> None:
    told = run("close", "--month", MAY)
    assert (told.exit_code, told.stdout.splitlines()[0]) == (
        0,
        "2025-05 closed by command-line at 2025-06-02T09:00:00.000+08:00",
    )
    assert f"  head {town.ledger.head().hash}" in told.stdout
    again = run("close", "--month", MAY, "--json")
    assert (again.exit_code, json.loads(again.stdout)["duplicate"]) == (0, True)


def test_a_month_that_cannot_be_closed_says_why(town: Desk) -> None:
    town.happens(click(2))
    behind, running, none = (run("close", "--month", month) for month in (MAY, "2025-06", "May"))
    assert [told.exit_code for told in (behind, running, none)] == [1, 1, 2]
    assert "from offset 2 on" in behind.stderr
    assert town.ledger.closes() == []


def test_a_statement_is_printed_and_says_the_head(town: Desk) -> None:
    told = run("statement", "--of", "m1", "--month", MAY)
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "Merchant m1 · 2025-05 · Open, figures still move"
    assert town.ledger.head().hash in told.stdout
    found = json.loads(run("statement", "--of", "m1", "--month", MAY, "--format", "json").stdout)
    assert [one["closing_fen"] for one in found["sections"]] == [9_880]


@pytest.mark.parametrize("form", ["text", "csv", "xlsx", "pdf", "json"])
@pytest.mark.parametrize(
    "party", [("merchant", "m1"), ("platform",), ("alibaba",), ("creator", CREATOR), ("agency", DAI)]
)
def test_every_party_in_every_form_is_the_same_file_twice(
    town: Desk, tmp_path: Path, party: tuple[str, ...], form: str
) -> None:
    town.books.close_month(ROOT, MAY)
    whose = ["--party", party[0], *(("--of", party[1]) if party[1:] else ())]
    files = [tmp_path / name for name in ("one", "two")]
    for file in files:
        told = run("statement", *whose, "--month", MAY, "--format", form, "--out", str(file))
        assert (told.exit_code, told.stdout) == (0, "")
    assert files[0].read_bytes() == files[1].read_bytes() != b""


@pytest.mark.usefixtures("town")
def test_another_currency_wants_its_rate_its_day_and_its_source() -> None:
    words = ["--currency", "USD", "--rate", "0.1391", "--rate-day", "2025-05-31", "--rate-source", "CFETS"]
    whole = run("statement", "--of", "m1", "--month", MAY, *words)
    assert "1 CNY = 0.1391 USD · 2025-05-31 · CFETS" in whole.stdout
    assert "0.00 USD · 13.91 USD · -0.17 USD · 13.74 USD" in whole.stdout
    for at in range(0, len(words), 2):
        part = run("statement", "--of", "m1", "--month", MAY, *words[:at], *words[at + 2 :])
        assert (part.exit_code, part.stdout) == (2, "")


@pytest.mark.usefixtures("town")
def test_a_form_for_files_is_not_thrown_on_the_terminal() -> None:
    for form in ("xlsx", "pdf"):
        told = run("statement", "--of", "m1", "--month", MAY, "--format", form)
        assert (told.exit_code, told.stdout) == (2, "")


def test_a_month_is_closed_beside_the_process_that_serves(home: Path) -> None:
    with open_house(Settings.read()) as house:
        assert home.is_dir()
        house.services.books.months(ROOT)
        told = run("close", "--month", "2025-05")
        assert told.exit_code == 0, told.stderr
        (close,) = house.services.ledger.closes()
        assert close.period == "2025-05"
