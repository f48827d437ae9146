"""Whatever a user can meet has its place in docs/reference: a test fails before a reader looks in vain."""

from __future__ import annotations

import dataclasses
import re

import click

from hongmao.bootstrap.settings import Settings
from hongmao.cli.main import root
from hongmao.events.contracts import Kind
from house.reading import DOCS, SOURCE, errors, own_texts
from make_reference import PAGES, outdated

DEFINITIONS = SOURCE / "hongmao" / "definitions" / "files"


def named(page: str) -> str:
    """Give the headings and rows of a reference page: a mention in passing is no place."""
    lines = (DOCS / "reference" / page).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith(("#", "| ")))


def missing(page: str, names: list[str]) -> list[str]:
    """List the names that have neither a heading nor a row."""
    places = named(page)
    return [name for name in names if f"`{name}`" not in places]


def test_every_error_code_has_its_row() -> None:
    assert missing("errors.md", [error.code for error in errors()]) == []


def test_every_verb_has_its_heading() -> None:
    context = click.Context(root, info_name="hongmao")
    assert missing("commands.md", [f"hongmao {verb}" for verb in root.list_commands(context)]) == []


def test_every_kind_of_event_has_its_row() -> None:
    assert missing("events.md", list(Kind)) == []


def test_every_setting_has_its_row() -> None:
    names = [f"HONGMAO_{field.name.upper()}" for field in dataclasses.fields(Settings)]
    assert missing("settings.md", names) == []


def test_every_variable_the_code_reads_has_its_row() -> None:
    code = [path for path in own_texts() if path.suffix in {".py", ".mjs", ""} and "house" not in path.parts]
    names = {name for path in code for name in re.findall(r"HONGMAO_[A-Z]+(?:_[A-Z]+)*", path.read_text("utf-8"))}
    assert missing("settings.md", sorted(names)) == []


def test_every_definition_file_has_its_row() -> None:
    files = sorted(path.relative_to(DEFINITIONS).as_posix() for path in DEFINITIONS.glob("*/*.toml"))
    assert files
    assert missing("definitions.md", files) == []


def test_the_reference_is_as_the_code_is() -> None:
    assert outdated() == [], "run make docs"


def test_the_index_names_every_page() -> None:
    index = (DOCS / "reference" / "README.md").read_text(encoding="utf-8")
    assert [page for page in PAGES if f"({page})" not in index] == []
