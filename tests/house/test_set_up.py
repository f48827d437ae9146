"""Set-up does a step again exactly when what it is made from changes, and trusts what the machine trusts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

import get_java
import get_uv
import setup
from certificates import with_system_certificates
from find_chromium import find_chromium

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let set-up keep its stamps in a checkout of this test's own."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "TOOLS", tmp_path / ".tools")
    return tmp_path


def test_a_step_is_done_again_exactly_when_its_sources_change(checkout: Path) -> None:
    lock = checkout / "uv.lock"
    lock.write_text("one")
    stamp = setup.Stamp("environment", [lock])
    assert not stamp.current()
    stamp.write()
    assert setup.Stamp("environment", [lock]).current()
    lock.write_text("two")
    assert not setup.Stamp("environment", [lock]).current()


def test_a_file_more_is_a_change(checkout: Path) -> None:
    (checkout / "app.js").write_text("")
    setup.Stamp("assets", [checkout / "app.js"]).write()
    (checkout / "more.js").write_text("")
    assert not setup.Stamp("assets", [checkout / "app.js", checkout / "more.js"]).current()


def test_a_company_certificate_is_trusted_by_every_tool(tmp_path: Path) -> None:
    bundle = tmp_path / "company.pem"
    bundle.write_text("")
    environ = with_system_certificates({"SSL_CERT_FILE": str(bundle), "PIP_CERT": "/my/own.pem"})
    assert environ["NODE_EXTRA_CA_CERTS"] == str(bundle)
    assert environ["UV_SYSTEM_CERTS"] == "true"
    assert environ["PIP_CERT"] == "/my/own.pem"


@pytest.mark.parametrize(
    ("platform", "machine", "libc", "wheel"),
    [
        ("linux", "x86_64", "glibc", "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
        ("linux", "aarch64", "", "py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl"),
        ("darwin", "arm64", "", "py3-none-macosx_11_0_arm64.whl"),
        ("darwin", "x86_64", "", "py3-none-macosx_10_12_x86_64.whl"),
    ],
)
def test_each_machine_gets_its_own_uv(
    monkeypatch: pytest.MonkeyPatch, platform: str, machine: str, libc: str, wheel: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    assert get_uv._fits(f"uv-{get_uv.UV_VERSION}-{wheel}")
    assert not get_uv._fits(f"uv-{get_uv.UV_VERSION}-py3-none-win_amd64.whl")
    assert not get_uv._fits(f"uv-0.0.1-{wheel}")


def test_the_named_browser_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "my-chrome"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("HONGMAO_CHROMIUM", str(mine))
    assert find_chromium() == str(mine)
    monkeypatch.setenv("HONGMAO_CHROMIUM", str(tmp_path / "gone"))
    assert find_chromium() is None


@pytest.mark.parametrize(
    ("said", "recent"),
    [
        ('openjdk version "17.0.15" 2025-04-15', True),
        ('openjdk version "25.0.2" 2026-01-20', True),
        ('openjdk version "11.0.22" 2024-01-16', False),
        ('java version "1.8.0_402"', False),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", False),
    ],
)
def test_a_java_counts_if_spark_runs_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, *, recent: bool
) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "{said.replace(chr(34), chr(92) + chr(34))}" >&2\n')
    program.chmod(0o755)
    monkeypatch.setattr(get_java, "REGISTER_OF_MACOS", "/no/such/program")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/no/such/folder")
    assert get_java.has_java() is recent
    monkeypatch.delenv("JAVA_HOME")
    assert not get_java.has_java()
    monkeypatch.setenv("PATH", str(program.parent))
    assert get_java.has_java() is recent


@pytest.mark.parametrize("there", [True, False])
def test_the_wheel_of_java_comes_with_every_sync_where_the_machine_has_none(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "_run", commands.append)
    monkeypatch.setattr(setup, "get_uv", lambda: checkout / "uv")
    monkeypatch.setattr(setup, "has_java", lambda: there)
    setup._sync("--group", "assets")
    (command,) = commands
    groups = [name for flag, name in pairwise(command) if flag == "--group"]
    assert groups == (["assets"] if there else ["assets", "java"])
