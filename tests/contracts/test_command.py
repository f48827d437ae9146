"""`hongmao-contracts`: what it prints, and the exit codes that scripts rely on."""

from __future__ import annotations

import json
import sys
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import pytest

from hongmao_contracts.main import main

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = files("hongmao_contracts") / "data" / "vectors.json"


class Shell:
    """Runs the command in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("HONGMAO_LANG", "en")
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *args: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["hongmao-contracts", *args])
        with pytest.raises(SystemExit) as left:
            main()
        told = self._capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def mutated(path: Path, **changes: object) -> str:
    told: dict[str, Any] = json.loads(SHIPPED.read_bytes())
    told["vectors"][0] |= changes
    path.write_text(json.dumps(told), encoding="utf-8")
    return str(path)


def test_the_published_vectors_pass_with_a_line_for_each(shell: Shell) -> None:
    with as_file(SHIPPED) as path:
        code, out, err = shell.run("vectors", str(path))
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 16)
    assert all(line.startswith("ok  ") for line in lines[:15])
    assert lines[-1].startswith("15 vectors, 15 pass, 0 missed")


def test_a_miss_is_shown_with_its_place_and_exits_1(shell: Shell, tmp_path: Path) -> None:
    path = mutated(tmp_path / "v.json", secret="another")
    code, out, _ = shell.run("vectors", path)
    assert code == 1
    assert "MISS  top-md5-1" in out
    # What follows repeats its alg, and is sound by itself.
    assert "14 pass, 1 missed" in out.splitlines()[-1]


def test_the_same_for_programs(shell: Shell, tmp_path: Path) -> None:
    path = mutated(tmp_path / "v.json", alg="SHA1(secret)")
    code, out, _ = shell.run("vectors", path, "--json")
    told = json.loads(out)
    assert (code, told["summary"]) == (1, {"vectors": 15, "passed": 13, "missed": 2})
    assert [one["id"] for one in told["vectors"] if not one["ok"]] == ["top-md5-1", "top-md5-2"]
    assert told["vectors"][0]["readings"][0]["misses"] == [
        "the alg is not understood: 'SHA1(secret)' is no hash of this language"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON in UTF-8"),
        ('{"vectors": []}', "vectors is wrong: it must be a list with at least one vector"),
        ('{"vectors": [{"id": "a", "alg": "MD5(secret)"}]}', "vectors[0].expected is wrong: it is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence_and_exits_2(
    shell: Shell, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "v.json"
    path.write_text(content, encoding="utf-8")
    code, out, err = shell.run("vectors", str(path))
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_exits_2(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("vectors", str(tmp_path / "nowhere.json"))[0] == 2


@pytest.mark.parametrize("name", ["sandbox", "shopx"])
def test_a_platform_is_tried_by_one_command(shell: Shell, name: str) -> None:
    code, out, err = shell.run("platform", name)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"{name}: ")
    assert "0 broken" in out.splitlines()[-1]


def test_a_platform_is_found_where_it_is_named(shell: Shell) -> None:
    code, out, _ = shell.run("platform", "shopx", "--package", "hongmao_shopx.platform:SHOPX", "--json")
    told = json.loads(out)
    assert (code, told["platform"], told["summary"]["broken"]) == (0, "shopx", 0)
    assert all(check["promise"].endswith(".") for check in told["checks"])


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("platform", "nowhere"), 2),
        (("platform", "shopx", "--package", "hongmao_shopx.nowhere:SHOPX"), 2),
        (("platform", "shopx", "--package", "hongmao_shopx.platform:NOTHING"), 2),
        (("platform", "shopx", "--package", "hongmao_shopx.platform"), 2),
        (("platform", "other", "--package", "hongmao_shopx.platform:SHOPX"), 2),
        (("platform",), 2),
        (("vectors",), 2),
        (("conjure",), 2),
        (("--help",), 0),
        (("--version",), 0),
    ],
)
def test_the_exit_code_says_what_was_wrong(shell: Shell, args: tuple[str, ...], code: int) -> None:
    assert shell.run(*args)[0] == code
