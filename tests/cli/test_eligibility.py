"""`hongmao eligibility`, as a person or a script types it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from click.testing import CliRunner

from eligibility.admission import Admission
from hongmao.bootstrap.clocks import FileClock
from hongmao.cli import doctor
from hongmao.cli.eligibility import eligibility
from hongmao.eligibility.api import alternative
from storage.opened import ROOT, House, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.web.services import Services

DRAFT = alternative("seeding_direct_pdd_all")


def run(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(eligibility, args, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admission]:
    """Open a deployment whose clock stands still on the day of a story."""
    clock = tmp_path / "clock"
    monkeypatch.setenv("HONGMAO_HOME", str(tmp_path))
    monkeypatch.setenv("HONGMAO_CLOCK", f"file:{clock}")
    with opened(tmp_path / "state.sqlite") as database:
        made = Admission(House(database))
        FileClock.create(clock, made.clock.now_ms())
        yield made


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a home where no deployment ever began."""
    monkeypatch.setenv("HONGMAO_HOME", str(tmp_path / "nothing"))


@pytest.mark.usefixtures("nobody")
def test_simulate_needs_no_deployment_and_prints_the_flips_of_the_other_reading() -> None:
    sent = ("simulate", "--alternative", "seeding_direct_pdd_all", "--generated", "500", "--seed", "7")
    lines = run(*sent, "--lang", "en").splitlines()
    assert lines[0].startswith("seeding_direct.v1 -> seeding_direct.v2")
    flips = [line for line in lines if line.startswith("generated-")]
    assert f"500 shops, {500 - len(flips)} as before, {len(flips)} flip" in lines[0]
    assert len(flips) > 10
    assert all(" pdd " in line and " official " in line and " manual " in line for line in flips)
    found = json.loads(run(*sent, "--json"))
    assert (found["shops"], len(found["flips"])) == (500, len(flips))
    assert run(*sent) == run(*sent)


@pytest.mark.usefixtures("nobody")
def test_what_cannot_be_simulated_is_said_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "draft.toml"
    broken.write_text(DRAFT.replace('"4.5"', "4.5", 1), encoding="utf-8")
    said = run("simulate", str(broken), "--generated", "5", "--lang", "zh", code=2)
    assert "draft.toml:" in said
    run("simulate", "--generated", "5", code=2)
    assert "there is no draft" in run("simulate", "--alternative", "../x", "--generated", "5", code=2)


def test_a_shop_is_judged_and_its_verdict_made_again(story: Admission) -> None:
    shop = story.shop("tmall", {"composite_star": "4.4", "goods": "4.5", "logistics": "4.6", "service": "4.4"})
    said = run("judge", shop.id, "--lang", "zh", code=1)
    assert "未通过" in said
    assert [line.split()[2] for line in said.splitlines() if "低于要求" in line] == ["composite_star", "service"]
    told = json.loads(run("judge", shop.id, "--json", code=1))
    assert (told["status"], told["passes"], told["number"]) == ("reject", False, 1)
    assert run("replay", "1").splitlines()[-1] == "same"
    assert json.loads(run("replay", "1", "--json"))["same"] is True
    assert "9" in run("replay", "9", code=2)
    run("judge", "nobody", code=2)


def test_a_draft_is_tried_published_and_taken_back_by_name(story: Admission, tmp_path: Path) -> None:
    shop = story.shop("pdd", {"composite_star": "4.5"}, badge="official")
    file = tmp_path / "next.toml"
    file.write_text(DRAFT.replace("2025-06-01", "2025-05-07"), encoding="utf-8")
    assert json.loads(run("simulate", str(file), "--json"))["flips"][0]["shop"] == shop.id
    assert "apply seeding_direct.v2" in run("publish", str(file), "--who", "lin", "--why", "另一种读法")
    assert story.another().judge(story.mei, shop.id).status == "pass"
    run("publish", str(file), "--who", "lin", "--why", "again", code=1)
    back = json.loads(run("revert", "seeding_direct.v2", "--who", "zhou", "--why", "算了", "--json"))
    assert (back["kind"], back["who"], back["number"]) == ("revert", "zhou", 2)


@pytest.mark.usefixtures("story")
def test_a_stage_is_set_and_its_history_told() -> None:
    assert run("stage") == "observe\n"
    run("stage", "percent", "--percent", "10", "--who", "lin", "--why", "灰度")
    lines = run("stage", "off", "--who", "lin", "--why", "熔断", "--lang", "en").splitlines()
    assert lines[0].startswith("off  off")
    assert lines[1].strip().startswith("percent 10 %")
    assert [one["stage"] for one in json.loads(run("stage", "--json"))["history"]] == ["percent", "off"]
    run("stage", "percent", "--why", "x", code=2)
    run("stage", "open", code=2)


def test_the_doctor_says_how_far_the_programme_is_open_and_that_a_switch_is_off(story: Admission) -> None:
    def seen() -> tuple[bool, str]:
        services = cast("Services", SimpleNamespace(eligibility=story.eligibility))
        found = doctor._admission(services)
        return found.well, found.seen

    assert seen() == (True, "observe, nothing is held but what the law forbids")
    story.eligibility.set_stage(ROOT, "off", why="熔断")
    assert seen() == (False, "off, since 2025-05-07T10:00:00.000+08:00 by root")


def test_a_file_of_scores_is_taken_in_whole_or_not_at_all(story: Admission, tmp_path: Path) -> None:
    shop = story.shop("tmall")
    file = tmp_path / "scores.csv"
    head = "店铺ID,综合体验星级,更新时间\n"
    file.write_text(f"{head}outside-s-1,4.5,2025-05-06\noutside-s-9,4.6,2025-05-06\n", encoding="utf-8")
    said = run("scores", str(file), "--platform", "tmall", "--lang", "en", code=1)
    assert "scores.csv row 3, shop: the shop is unknown" in said
    assert "0 scores of 0 shops" in said
    assert story.store.facts([shop])[shop.id].scores == ()
    file.write_text(f"{head}outside-s-1,4.5,2025-05-06\n", encoding="utf-8")
    told = json.loads(run("scores", str(file), "--platform", "tmall", "--json"))
    assert told == {"kept": 1, "shops": 1, "problems": []}
    assert story.another().judge(story.mei, shop.id).status == "pass"
