"""`hongmao returns targets | outbox | replay` on a home folder, as people use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.cli.returns.group import returns
from hongmao.kernel.errors import BadInput
from hongmao.kernel.time import HOUR_MS, iso
from hongmao.platforms.contracts import Platform
from hongmao.returns.out.contracts import Answered, Verdict
from hongmao.storage.errors import StateOutdated
from returns.out.stage import NOW, FakeTarget, Stage, account, click, pay
from storage.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hongmao.bootstrap.settings import Settings


@pytest.fixture
def stage(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """One refused delivery, one dead one, one that waits with an alarm over it; the clock stands at 11:05."""

    def brought(_settings: Settings) -> Mapping[str, Platform]:
        return {"media": Platform(name="media", zh="媒体", en="Media", targets=(FakeTarget(),))}

    monkeypatch.setattr("hongmao.bootstrap.outgoing.platforms_of", brought)
    home.mkdir(parents=True)
    with opened(home / "state.sqlite") as database:
        stage = Stage(database, home / "secrets")
        monkeypatch.setattr("hongmao.bootstrap.outgoing.open_clock", lambda _setting: stage.clock)
        stage.accounts.add(account(ratio_millionths=1_000_000))
        stage.accounts.add(account("b1", test=True, active=False, ratio_millionths=250_000))
        stage.far.answer = lambda _item: Verdict(answered=Answered.REFUSED, reason="bad_token")
        stage.happen(*(click(n) for n in range(4)), pay("p1", of=1), pay("strange", of=9))
        stage.step()
        stage.far.answer = lambda _item: Verdict(answered=Answered.RETRY, reason="throttled")
        stage.happen(pay("p2", of=2, at_ms=NOW + 1), pay("p3", of=3, at_ms=NOW + 10 * 60_000))
        stage.step(after_ms=HOUR_MS + 5 * 60_000)
        yield stage


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(returns, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_targets_lists_accounts_with_their_declared_ratio_and_no_secret(stage: Stage) -> None:
    assert stage.accounts.every()
    code, said = run("targets")
    assert code == 0
    assert said.splitlines() == [
        "juguang              within 60 min of the event, 60000/min",
        "a1  juguang  t1  ratio 100%",
        "b1  juguang  t1  ratio 25%  test  revoked",
    ]
    _, told = run("targets", "--json")
    assert [row["ratio_millionths"] for row in json.loads(told)["accounts"]] == [1_000_000, 250_000]
    assert "of-the-test" not in said + told


def test_outbox_shows_what_waits_how_the_rest_ended_and_that_an_alarm_stands(stage: Stage) -> None:
    code, told = run("outbox", "--json")
    assert code == 1
    found = json.loads(told)
    assert [(row["event"], row["due"], row["reason"]) for row in found["pending"]] == [
        ("ret:p3", iso(NOW + HOUR_MS + 10 * 60_000), "throttled")
    ]
    assert [(row["state"], row["reason"], row["deliveries"]) for row in found["counts"]] == [
        ("dead", "deadline", 1),
        ("pending", "throttled", 1),
        ("refused", "bad_token", 1),
    ]
    assert [row["kind"] for row in found["alarms"]] == ["deadline_near"]
    assert [(row["reason"], row["events"]) for row in found["not_sent"]] == [("click_unknown", 1)]
    _, said = run("outbox")
    assert said.splitlines()[0] == "alarms: 1"
    assert "pending: 1" in said.splitlines()
    stage.clock.advance(HOUR_MS)
    stage.step()
    assert run("outbox")[0] == 0


def test_replay_puts_dead_letters_back_and_says_what_stays(stage: Stage) -> None:
    assert run("replay", "--target", "juguang", "--reason", "bad_token") == (
        1,
        (
            "0 pending again, 1 beyond their deadline\n"
            "--force sends those as well; whether they count is the target's word\n"
        ),
    )
    assert run("replay", "--target", "juguang", "--from", "2025-05-08", "--force")[1].startswith("0 pending again")
    day = ("--from", "2025-05-07", "--to", "2025-05-07")
    assert run("replay", "--target", "juguang", *day, "--force") == (0, "2 pending again, 0 beyond their deadline\n")
    assert len(stage.outbox.pending(None, limit=9)) == 3
    with pytest.raises(BadInput, match="there are juguang"):
        run("replay", "--target", "juguan")


def test_a_home_without_a_database_is_named() -> None:
    with pytest.raises(StateOutdated):
        run("targets")
