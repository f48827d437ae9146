"""The guide is true: its code is shopx's, its samples have their shapes, and it names all that shopx needed."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from hongmao.platforms.api import Platform, PullLimits, Row
from hongmao_contracts import samples
from hongmao_contracts.alg import parse
from hongmao_contracts.rows import recorded
from shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GUIDE: Final = (ROOT / "docs" / "guides" / "add-a-platform.md").read_text(encoding="utf-8")
KIT: Final = (ROOT / "contracts" / "README.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```python\n# (?P<file>\S+)\n(?P<code>.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
JSONS: Final = re.findall(r"^```json\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
EXPLAINED: Final = {
    name for cell in re.findall(r"^\|([^|]*)\|", GUIDE, re.MULTILINE) for name in re.findall(r"`([a-z_]+)`", cell)
}
SHOPX: Final = ROOT / "examples" / "shopx" / "src" / "hongmao_shopx"
SHAPES: Final[dict[str, type[Any]]] = {
    "deliveries": samples.WebhookSample,
    "span": samples.PullSample,
    "made": samples.LinkSample,
    "head": samples.FileSample,
    "replies": samples.TargetSample,
}


@pytest.mark.parametrize(("file", "code"), BLOCKS, ids=[file.rpartition("/")[2] for file, _ in BLOCKS])
def test_every_piece_of_code_is_a_piece_of_shopx(file: str, code: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert [piece for piece in code.strip("\n").split("\n\n\n") if piece not in text] == []


def test_no_code_stands_in_the_guide_that_is_nobodys() -> None:
    assert len(BLOCKS) == GUIDE.count("```python")
    assert {file.rpartition("/")[2] for file, _ in BLOCKS} >= {
        "platform.py",
        "signing.py",
        "mapping.py",
        "connector.py",
        "facts.py",
        "client.py",
        "links.py",
        "files.py",
        "targets.py",
        "desk.py",
    }


def test_every_sample_it_shows_has_its_shape() -> None:
    told = [msgspec.json.decode(text) for text in JSONS]
    [signing] = [one for one in told if "vectors" in one]
    assert [parse(vector["alg"]).signs_all_params for vector in signing["vectors"]] == [True]
    shown = {key: one for one in told for key in SHAPES if key in one}
    assert shown.keys() == SHAPES.keys()
    for key, one in shown.items():
        sample = msgspec.convert(one, SHAPES[key])
        rows = sample.deliveries[0].rows if key == "deliveries" else getattr(sample, "rows", [])
        assert recorded(rows) or key in {"made", "replies"}


@pytest.mark.parametrize("field", [field.name for field in fields(Platform)])
def test_every_field_of_a_platform_is_explained(field: str) -> None:
    assert field in EXPLAINED


@pytest.mark.parametrize("field", [*Row.__struct_fields__, *(field.name for field in fields(PullLimits))])
def test_every_field_of_a_row_and_of_a_sources_limits_is_explained(field: str) -> None:
    assert field in EXPLAINED


def taken(path: Path) -> set[str]:
    """List what a module imports from the door for authors."""
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "hongmao.platforms.api"
        for alias in node.names
    }


def test_whatever_shopx_needed_is_named_in_the_guide() -> None:
    needed = {name for path in SHOPX.rglob("*.py") for name in taken(path)}
    assert len(needed) > 30
    assert sorted(name for name in needed if not re.search(rf"\b{name}\b", GUIDE)) == []


def test_every_formula_that_the_kits_page_shows_is_one() -> None:
    lines = re.findall(r"^(?:UPPER|lower|SHA256)\(.*$", KIT, re.MULTILINE)
    formulas = [formula for line in lines for formula in re.split(r"\s{4,}", line)]
    assert len(formulas) == 8
    for formula in formulas:
        parse(formula)


def test_the_list_of_files_in_contributing_is_the_guides() -> None:
    listed = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add a platform")[2]
    for name in ("platform.py", "signing.py", "client.py", "mapping.py", "gateway/", "samples/", "README.md"):
        assert f"src/hongmao/platforms/shopx/{name}" in listed
        assert (SHOPX / name).exists()
