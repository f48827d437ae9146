"""A definition that cannot hold is refused with file and line, in both languages, before anything is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from definitions.deployment import SHIPPED, second_version
from hongmao.bootstrap.definitions import known
from hongmao.definitions.api import TomlRefused, read_draft
from hongmao.definitions.errors import (
    KindNotKnown,
    KindNoTouch,
    LineageBroken,
    ModelNotUsable,
    NotApplied,
    RatioPartUnknown,
    SortUnclear,
    TomlFieldMissing,
    TomlFieldWrong,
    TomlUnreadable,
    WindowBeyondRetention,
    WindowNotOffered,
)
from hongmao.definitions.loader import load_registry, registry_of, shipped

if TYPE_CHECKING:
    from hongmao.definitions.api import Registry, Source
    from hongmao.kernel.errors import Lang

FILE = "drafts/last_click.toml"
V2 = second_version()


def decided(*drafts: Source) -> Registry:
    """Put drafts beside what ships, checked as a deployment checks them."""
    return registry_of([*shipped(), *drafts], known=known())


def read(text: str) -> Source:
    return read_draft(text, file=FILE)


def test_what_ships_speaks_of_nothing_unknown() -> None:
    assert load_registry(known=known()).all()


@pytest.mark.parametrize(
    ("text", "error", "line_has"),
    [
        (second_version(windows='["7d", "15d", "121d"]'), WindowBeyondRetention, "windows ="),
        (second_version(windows='["7d", "15d", "2881h"]'), WindowBeyondRetention, "windows ="),
        (second_version(touches='["component_click", "tap"]'), KindNotKnown, "touches"),
        (second_version(conversions='["pay", "paid"]'), KindNotKnown, "conversions"),
        (second_version(model='"lastt"'), ModelNotUsable, "model ="),
        (second_version(model='"decay"', parameters='{ shape = "40-20-40" }'), ModelNotUsable, "parameters"),
        (second_version(model='"decay"', parameters='{ half_life = "soon" }'), ModelNotUsable, "parameters"),
        (second_version(parameters='{ half_life = "7d" }'), ModelNotUsable, "parameters"),
        (second_version(parameters="{ half_life = 1.5 }"), TomlFieldWrong, "parameters"),
        (second_version(kind_windows='{ impression = "24h" }'), KindNoTouch, "kind_windows"),
        (second_version(kind_windows='{ component_click = "31d" }'), NotApplied, "kind_windows"),
        (second_version(kind_windows='{ component_click = "1 h" }'), TomlFieldWrong, "kind_windows"),
        (second_version(default_window='"14d"'), WindowNotOffered, "default_window"),
        (second_version(from_day="2025-01-01"), LineageBroken, "effective"),
        (V2.replace('supersedes = "last_click.v1"\n', ""), LineageBroken, "version"),
        (V2.replace("version = 2", "version = 3"), LineageBroken, "version"),
        (V2.replace("effective = 2025-06-01\n", ""), TomlFieldMissing, "#"),
        (V2.replace('scope = "platform"\n', ""), SortUnclear, "#"),
        (V2 + "\x00", TomlUnreadable, ""),
    ],
)
def test_a_draft_that_cannot_hold_is_refused_with_its_line(text: str, error: type[TomlRefused], line_has: str) -> None:
    with pytest.raises(error) as caught:
        decided(read(text))
    file, _, line = str(caught.value.params["place"]).rpartition(":")
    assert file == FILE
    assert line_has in text.splitlines()[int(line) - 1]
    languages: tuple[Lang, ...] = ("zh", "en")
    for lang in languages:
        assert caught.value.message(lang).startswith(f"{FILE}:{line}")


def test_windows_are_kept_to_the_last_day_of_retention() -> None:
    held = decided(read(second_version(windows='["15d", "120d"]', kind_windows='{ component_click = "1h" }')))
    assert held.attribution("last_click").kind_windows == {"component_click": "1h"}
    # Anybody's files hold what they hold.
    longer = second_version("last", windows='["365d"]')
    assert decided(read_draft(longer, file=FILE)).attribution("last").windows == ("365d",)


def test_a_draft_is_told_by_what_it_holds_and_takes_the_day_it_is_given() -> None:
    metric = (SHIPPED / "metrics" / "cpuv.v1.toml").read_text(encoding="utf-8")
    assert read(metric).sort == "metrics"
    assert read(V2).sort == "attribution"
    from_july = read_draft(V2, file=FILE, from_day=read(second_version(from_day="2025-07-01")).definition.effective)
    assert "effective = 2025-07-01\n" in from_july.text
    assert from_july.definition == read(second_version(from_day="2025-07-01")).definition


def test_a_set_that_would_not_hold_together_is_refused() -> None:
    rest = [one for one in shipped() if one.definition.id != "visit_uv"]
    with pytest.raises(RatioPartUnknown, match="visit_uv"):
        registry_of(rest, known=known())
