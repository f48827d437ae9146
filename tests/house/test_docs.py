"""The texts hold together: links lead somewhere, both languages tell the same, no text names a machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from house.reading import DOCS, own_texts
from shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FOLDERS = ("docs", "src", "contracts", "examples")
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
TEXTS = sorted([*ROOT.glob("*.md"), *(text for folder in FOLDERS for text in (ROOT / folder).rglob("*.md"))])


def anchor(heading: str) -> str:
    """Make the anchor that a forge makes of a heading."""
    words = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading.lstrip("# ").strip().lower())
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def leads_somewhere(text: Path, target: str) -> bool:
    """Tell whether a link from a text has a file, and its fragment a heading."""
    path, _, fragment = target.partition("#")
    file = (text.parent / path).resolve() if path else text
    if not file.exists() or not fragment:
        return file.exists()
    return fragment in map(anchor, HEADING.findall(FENCE.sub("", file.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(text: Path) -> None:
    links = LINK.findall(FENCE.sub("", text.read_text(encoding="utf-8")))
    ours = [target for target in links if not re.match(r"[a-z]+:", target)]
    assert [target for target in ours if not leads_somewhere(text, target)] == []


def test_decisions_are_numbered_without_a_gap_and_indexed() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert [path.name for path in DECISIONS if f"({path.name})" not in index] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts_on_one_page(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    parts = [heading.removeprefix("## ") for heading in HEADING.findall(text)[1:]]
    assert parts == ["Context", "Decision", "Consequences", "Alternatives"]
    assert re.search(r"^(Accepted|Superseded by \[)", text, re.MULTILINE)
    assert len(text.splitlines()) <= 60


def test_both_readmes_tell_the_same() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert len(HEADING.findall(FENCE.sub("", english))) == len(HEADING.findall(FENCE.sub("", chinese)))
    commands = [
        re.findall(r"^(?:make|\.venv/bin/hongmao) .*?(?=\s{2,}#|$)", text, re.MULTILINE) for text in (english, chinese)
    ]
    assert commands[0] == commands[1]
    assert {"make demo", "make test"} <= set(commands[0])


def test_every_make_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", makefile, re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []


def test_no_text_names_the_machine_it_was_written_on() -> None:
    # Written in pieces, so that this file is not its own finding.
    machines = re.compile(
        "|".join(("/wor" + r"k/(?:main|shared)", "far" + "m-[a-z]", r"\.librar" + r"y\b", "/ro" + "ot/"))
    )
    naming = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in own_texts()
        if (found := machines.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert naming == []
