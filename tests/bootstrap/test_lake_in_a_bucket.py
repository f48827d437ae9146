"""A whole house whose lake is in a bucket: it sinks, asks, proves, merges, replays and rebuilds there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bootstrap.three_days import A_DAY, FIRST_DAY, day, keep
from engines.lake.buckets import Fault
from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.lakes import lake_files
from hongmao.bootstrap.settings import Settings
from hongmao.cli.lake import lake
from hongmao.cli.rebuild import rebuild
from hongmao.cli.replay import replay
from hongmao.engines.lake import manifest
from hongmao.engines.lake.address import LakeAddress
from hongmao.engines.lake.errors import LakeAddressUnreadable, LakeStoreFailed
from hongmao.engines.lake.files import LocalFiles
from hongmao.events.api import LakeBusy
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from pathlib import Path

    import click

    from engines.lake.buckets import Store
    from hongmao.bootstrap.house import House

EVENTS = 3 * A_DAY


@pytest.fixture
def clock(home: Path, monkeypatch: pytest.MonkeyPatch) -> FileClock:
    monkeypatch.setenv("HONGMAO_CLOCK", f"file:{home / 'clock'}")
    return FileClock.create(home / "clock", FIRST_DAY)


@pytest.fixture
def bucket(store: Store, clock: FileClock, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name the lake of the deployment: nothing of it is on this machine but its address."""
    assert clock.now_ms() == FIRST_DAY
    named = store.bucket()
    monkeypatch.setenv("HONGMAO_LAKE", f"s3://{named}/city?endpoint={store.endpoint}")
    return named


def live(house: House, clock: FileClock, *days: int) -> None:
    for number in days:
        keep(house.services.log, day(number))
        clock.set(FIRST_DAY + number * DAY_MS)
        house.services.settle()


def said(command: click.Command, *args: str, code: int = 0) -> dict[str, object]:
    told = CliRunner().invoke(command, [*args, "--json"])
    assert told.exit_code == code, (told.output, told.exception)
    found: dict[str, object] = json.loads(told.stdout)
    return found


def test_a_house_lives_on_a_lake_in_a_bucket(home: Path, bucket: str, clock: FileClock) -> None:
    with open_house(Settings.read()) as house:
        live(house, clock, 1, 2)
        assert house.services.health().caught_up
        # Whoever looks on proves it meanwhile, and takes events out of it; there is one writer.
        assert said(lake, "verify")["events"] == 2 * A_DAY
        refused = CliRunner().invoke(lake, ["compact"])
        assert isinstance(refused.exception, LakeBusy)
        live(house, clock, 3)
    proof = said(lake, "verify")
    assert (proof["sound"], proof["events"], proof["position"]) == (True, EVENTS, EVENTS)

    files = lake_files(Settings.read())
    assert files.where == f"s3://{bucket}/city"
    assert {file.path for file in manifest.load(files).files} == set(files.names())
    assert not (home / "lake" / "events").exists()
    assert not (home / "lake" / "manifest.json").exists()
    assert any((home / "lake-cache" / "events").rglob("*.parquet"))

    compacted = said(lake, "compact")
    assert compacted["events"] == EVENTS
    assert said(lake, "verify")["sound"]
    out = home / "all.jsonl"
    assert CliRunner().invoke(replay, ["--out", str(out)]).exit_code == 0
    offsets = [json.loads(line)["offset"] for line in out.read_text().splitlines()]
    assert sorted(offsets) == list(range(1, EVENTS + 1))
    assert said(lake, "export", "--out", str(home / "all.csv"))["events"] == EVENTS

    assert said(rebuild)["events"] == EVENTS
    proof = said(lake, "verify")
    assert (proof["sound"], proof["events"]) == (True, EVENTS)


def test_a_store_that_is_away_loses_nothing_and_the_lake_goes_on(bucket: str, store: Store, clock: FileClock) -> None:
    assert bucket
    with open_house(Settings.read()) as house:
        live(house, clock, 1)
        away = Fault("PUT", "manifest.json", "denied", times=1)
        store.faults.append(away)
        with pytest.raises(LakeStoreFailed, match="permission denied"):
            live(house, clock, 2)
        # The log took the day; the lake catches up when the store is back.
        assert house.services.health().log_end == 2 * A_DAY
        live(house, clock, 3)
        assert house.services.health().caught_up
    assert said(lake, "verify")["events"] == EVENTS


def test_a_bit_that_turned_in_the_bucket_is_named(bucket: str, store: Store, clock: FileClock) -> None:
    with open_house(Settings.read()) as house:
        live(house, clock, 1)
    file = manifest.load(lake_files(Settings.read())).files[0]
    path = f"{bucket}/city/{file.path}"
    data = bytearray(store.get(path))
    data[len(data) // 2] ^= 1
    store.put(path, bytes(data))
    proof = said(lake, "verify", code=1)
    assert proof["sound"] is False
    assert file.path in str(proof["faults"])


def test_a_bucket_that_is_not_there_is_said_before_anything_is_served(
    store: Store, clock: FileClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clock.now_ms() == FIRST_DAY
    monkeypatch.setenv("HONGMAO_LAKE", f"s3://never-made/city?endpoint={store.endpoint}")
    with pytest.raises(LakeStoreFailed, match="there is no bucket never-made"), open_house(Settings.read()):
        pytest.fail("there is nothing to write to")


@pytest.mark.parametrize(
    "value", ["s3://", "s3://bucket?cache=much", "http://bucket/lake", "s3://key:secret@bucket/lake"]
)
def test_an_address_that_means_nothing_is_refused_at_once(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HONGMAO_LAKE", value)
    with pytest.raises(LakeAddressUnreadable, match="HONGMAO_LAKE") as caught:
        Settings.read()
    assert "secret" not in str(caught.value)


def test_a_folder_is_a_lake_as_ever(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(lake_files(Settings.read()), LocalFiles)
    assert lake_files(Settings.read()).folder == home.resolve() / "lake"
    monkeypatch.setenv("HONGMAO_LAKE", str(home / "elsewhere"))
    assert lake_files(Settings.read()).folder == (home / "elsewhere").resolve()


def test_derived_tables_stay_in_the_home(bucket: str, home: Path) -> None:
    settings = Settings.read()
    assert settings.lake_path == home.resolve() / "lake"
    assert LakeAddress.read(settings.lake).bucket == bucket


def test_without_obstore_the_missing_extra_is_named(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bucket
    monkeypatch.setitem(__import__("sys").modules, "obstore", None)
    monkeypatch.delitem(__import__("sys").modules, "hongmao.engines.lake.objects", raising=False)
    with pytest.raises(LakeStoreFailed, match=r"obstore is not installed; install hongmao\[s3\]"):
        lake_files(Settings.read())
