"""`hongmao returns import | pull | health` on a home folder, as people use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.catalog.api import TenantKind
from hongmao.cli.returns.group import returns
from hongmao.kernel.calls import CallFailed, Failure
from hongmao.kernel.errors import HongmaoError, NotFound, Unavailable
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import DAY_MS, day_of
from hongmao.returns.api import PlatformAccount
from hongmao.returns.files.errors import FormatUnrecognised
from storage.opened import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

TENANT = TenantId("tenant-1")


@pytest.fixture
def today(home: Path) -> str:  # noqa: ARG001 - the deployment's folder
    """A deployment with one tenant's account with Taobao; gives yesterday, which a report may tell of."""
    with open_house(Settings.read()) as house:
        catalog = house.services.catalog
        catalog.add_tenant(ROOT, name="品牌", kind=TenantKind.MERCHANT, id=TENANT)
        account = PlatformAccount(
            platform="taobao", account="app-1", tenant=TENANT, secret=b"an obviously fake secret", revoked=False
        )
        house.services.accounts.add(account)
        return day_of(house.services.clock.now_ms() - DAY_MS).isoformat()


def run(*words: str) -> Result:
    result = CliRunner().invoke(returns, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def report(folder: Path, *rows: str) -> str:
    path = folder / "ud.csv"
    path.write_text("\n".join(["日期,笔记ID,消费,成交金额,计划名称", *rows]), encoding="gb18030")
    return str(path)


BY = ("--platform", "taobao", "--account", "app-1")


def test_a_report_is_read_from_a_file_and_its_bad_rows_are_told(today: str, tmp_path: Path) -> None:
    path = report(tmp_path, f"{today},n1,1.50,9.00,a", f"{today},n2,-1,9.00,a", "合计2条记录,,0.50,18.00,")
    result = run("import", path, *BY)
    assert result.exit_code == 1  # a row had to be put aside
    assert result.output.splitlines() == [
        "ud.csv: ud_daily, 3 lines: 1 accepted, 1 quarantined; 1 totals dropped",
        "  columns of no use: 计划名称",
        "  ud.csv row 3, spend: is below zero / ud.csv 第 3 行 spend：不能小于 0",
    ]
    told = json.loads(run("import", path, *BY, "--json").output)
    assert (told["counts"], told["format"]) == ({"already": 2}, "ud_daily")


def test_health_says_that_a_feed_which_was_never_read_decides_nothing(today: str) -> None:
    assert today
    result = run("health", "--json")
    feeds = json.loads(result.output)["feeds"]
    assert result.exit_code == 1
    assert {feed["feed"] for feed in feeds if feed["platform"] == "taobao"} >= {"orders", "carts"}
    assert [feed["decision_ready"] for feed in feeds] == [False] * len(feeds)
    assert "feed_late" in run("health").output


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("import", "FILE", "--platform", "taobao", "--account", "app-9"), NotFound),
        (("import", "FILE", *BY, "--format", "nothing"), NotFound),
        (("pull", *BY, "--source", "nothing", "--from", "2025-05-06", "--to", "2025-05-06"), NotFound),
    ],
)
def test_what_is_not_there_is_named(
    today: str, tmp_path: Path, words: tuple[str, ...], error: type[HongmaoError]
) -> None:
    path = report(tmp_path, f"{today},n1,1.50,9.00,a")
    with pytest.raises(error):
        run(*(path if word == "FILE" else word for word in words))


def test_a_file_of_another_kind_is_refused(today: str, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text(f"a,b\n{today},2", encoding="utf-8")
    with pytest.raises(FormatUnrecognised):
        run("import", str(path), *BY)


def test_the_past_is_asked_for_anew_and_a_platform_that_cannot_be_reached_says_so(
    today: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> object:
        raise CallFailed(Failure.UNREACHABLE, "eco.taobao.com")

    monkeypatch.setattr("hongmao.platforms.outbound.Outbound.call", unreachable)
    with pytest.raises(Unavailable):
        run("pull", *BY, "--source", "orders", "--from", today, "--to", today)
