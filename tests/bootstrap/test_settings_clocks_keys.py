from __future__ import annotations

import multiprocessing
import stat
from typing import TYPE_CHECKING

import pytest

from hongmao.bootstrap.clocks import ClockUnreadable, FileClock, SystemClock, open_clock
from hongmao.bootstrap.keys import key_of, write_credentials
from hongmao.bootstrap.settings import Settings, SettingUnreadable

if TYPE_CHECKING:
    from pathlib import Path


def test_settings_come_from_the_environment_and_default_to_what_works() -> None:
    settings = Settings.read({"HONGMAO_HOME": "/tmp/one", "HONGMAO_PORT": "9000", "PATH": "/bin"})  # noqa: S108 - never opened
    assert settings.home_path.name == "one"
    assert settings.port == "9000"
    assert settings.lake_path == settings.home_path / "lake"
    assert Settings.read({}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("ENGINE", "excel"),
        ("ENGINE", "spark://nowhere"),
        ("LOG", "kafka://x"),
        ("MEMORY", "2 GB"),
        ("MEMORY", "0GiB"),
        ("MEMORY", "plenty"),
        ("AD_EVERY", "1"),
        ("LINK_CARE", "yes"),
        ("CREATOR_FEE_PPM", "1000001"),
        ("CREATOR_FEE_PPM", "10%"),
        ("CREATOR_FEE_PPM", "１０"),
        ("SPEND_ORDER", "cash,credit"),
        ("SPEND_ORDER", "gold,cash,credit,rebate"),
        ("READERS_MIN", "0"),
        ("READERS_MIN", "few"),
        ("COOKIE_SECURE", "maybe"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingUnreadable) as caught:
        Settings.read({f"HONGMAO_{name}": value})
    assert f"HONGMAO_{name}" in caught.value.message("zh")
    assert value in caught.value.message("en")


def test_two_processes_see_one_time(tmp_path: Path) -> None:
    clock = FileClock.create(tmp_path / "clock", 1_000)
    other = open_clock(f"file:{tmp_path / 'clock'}")
    clock.set(1_746_547_200_000)
    assert other.now_ms() == 1_746_547_200_000


def test_a_clock_file_that_is_there_is_set_not_replaced(tmp_path: Path) -> None:
    first = FileClock.create(tmp_path / "clock", 1_000)
    FileClock.create(tmp_path / "clock", 2_000)
    assert first.now_ms() == 2_000


@pytest.mark.parametrize("setting", ["sundial", "file:/nowhere/at/all", "file:"])
def test_what_is_no_clock_is_refused(setting: str) -> None:
    with pytest.raises(ClockUnreadable):
        open_clock(setting)


def test_without_a_setting_the_machine_tells_the_time() -> None:
    clock = open_clock("")
    assert isinstance(clock, SystemClock)
    assert clock.now_ms() > 1_746_547_200_000


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = key_of(tmp_path / "secrets", "click")
    assert key_of(tmp_path / "secrets", "click") == key
    assert len(key) == 32
    assert stat.S_IMODE((tmp_path / "secrets" / "click.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["click.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        keys = pool.starmap(key_of, [(tmp_path / "secrets", "session")] * 8)
    assert len(set(keys)) == 1


def test_credentials_are_their_owners_alone(tmp_path: Path) -> None:
    write_credentials(tmp_path / "credentials.json", {"login": "admin"})
    assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600
