"""Files become a registry, or a sentence with a file and a line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hongmao.definitions.api import AttributionDefinition, MetricDefinition, TomlRefused, load_registry
from hongmao.definitions.errors import (
    DefinitionMisnamed,
    DefinitionUnknown,
    LineageBroken,
    MetricNeedsOneFormula,
    NotApplied,
    RatioAveraged,
    RatioOfRatios,
    RatioPartUnknown,
    RollupContradictsAggregate,
    StyleContradictsUnits,
    TomlFieldMissing,
    TomlFieldUnknown,
    TomlFieldWrong,
    TomlUnreadable,
    WindowNotOffered,
)
from hongmao.definitions.lines import line_of
from hongmao.events.contracts import Event, Kind

SHIPPED = Path(__file__).parents[2] / "src" / "hongmao" / "definitions" / "files"


def shipped(name: str) -> str:
    return next(SHIPPED.glob(f"*/{name}")).read_text(encoding="utf-8")


def registry_of(root: Path, **files: str) -> object:
    """Load a folder with the named files (`metrics__x_v1="..."`)."""
    for name, text in files.items():
        sort, stem = name.split("__")
        path = root / sort / f"{stem.replace('_v', '.v')}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_registry(root)


def test_everything_that_ships_holds_together() -> None:
    registry = load_registry()
    assert {one.key for one in registry.attributions(date(2025, 5, 20))} >= {"last_click.v1", "first_click.v1"}
    assert registry.attribution("last").windows == ()
    assert registry.attribution("last_click").windows == ("24h", "7d", "15d", "30d")
    assert len({one.fingerprint for one in registry.all()}) == len(registry.all())


def test_kinds_and_fields_are_those_of_events() -> None:
    kinds = {str(kind) for kind in Kind}
    fields = set(Event.__struct_fields__) | {"day", "organic"}  # organic: of no tenant
    for one in load_registry().all():
        match one:
            case AttributionDefinition():
                assert {*one.touches, *one.conversions} <= kinds
            case MetricDefinition(measure=measure) if measure is not None and measure.source == "events":
                assert set(measure.kinds) <= kinds
                assert {*measure.unit, *measure.where} <= fields


def test_every_file_says_where_it_comes_from_in_both_languages() -> None:
    for one in load_registry().all():
        assert one.sources, one.key
        assert one.name.zh
        assert one.counted.en.endswith("."), one.key


def test_nothing_is_in_force_before_its_first_day() -> None:
    registry = load_registry()
    assert registry.in_force(date(2024, 12, 31)) == ()
    assert registry.in_force(date(2025, 1, 1)) == registry.all()


def test_a_version_stays_in_force_until_the_next_ones_first_day(tmp_path: Path) -> None:
    # 1 June: the default window goes from 15 d to 30 d.
    second = (
        shipped("last_click.v1.toml")
        .replace(
            "version = 1\neffective = 2025-01-01", 'version = 2\neffective = 2025-06-01\nsupersedes = "last_click.v1"'
        )
        .replace('default_window = "15d"', 'default_window = "30d"')
    )
    registry_of(tmp_path, attribution__last_click_v1=shipped("last_click.v1.toml"), attribution__last_click_v2=second)
    registry = load_registry(tmp_path)
    assert [one.default_window for one in registry.attributions(date(2025, 5, 31))] == ["15d"]
    assert [one.default_window for one in registry.attributions(date(2025, 6, 1))] == ["30d"]
    assert registry.attribution("last_click", 1).default_window == "15d"
    assert registry.attribution("last_click").version == 2


def test_the_fingerprint_hears_the_meaning_and_not_the_spelling(tmp_path: Path) -> None:
    text = shipped("last_click.v1.toml")
    original = load_registry().attribution("last_click").fingerprint
    lines = text.splitlines()
    counted = lines.index("[counted]")
    head, tail = [line for line in lines[:counted] if line.strip()], lines[counted:]
    shuffled = "\n".join(["# written anew", *reversed(head), "", *tail])
    shuffled = shuffled.replace('["24h", "7d", "15d", "30d"]', '["30d", "7d",\n  "24h", "15d"] # any order')
    registry_of(tmp_path, attribution__last_click_v1=shuffled)
    assert load_registry(tmp_path).attribution("last_click").fingerprint == original
    registry_of(tmp_path, attribution__last_click_v1=text.replace('"30d"]', '"45d"]'))
    assert load_registry(tmp_path).attribution("last_click").fingerprint != original


CTR = shipped("ctr.v1.toml")
CLICKS, IMPRESSIONS, SPEND = shipped("clicks.v1.toml"), shipped("impressions.v1.toml"), shipped("spend.v1.toml")


@pytest.mark.parametrize(
    ("changed", "error", "line_has"),
    [
        (CTR.replace('"clicks"', '"clicks'), TomlUnreadable, "numerator"),
        (CTR.replace("numerator", "numerater"), TomlFieldUnknown, "numerater"),
        (CTR.replace('denominator = "impressions"\n', ""), TomlFieldMissing, "[ratio]"),
        (CTR.replace("version = 1", 'version = "1"'), TomlFieldWrong, "version"),
        (CTR.replace('style = "percent"', 'style = "per cent"'), TomlFieldWrong, "style"),
        (CTR.replace('"recompute"', '"mean"'), RatioAveraged, "rollup"),
        (CTR.replace('denominator = "impressions"', 'denominator = "ctr"'), RatioOfRatios, "denominator"),
        (CTR.replace('denominator = "impressions"', 'denominator = "looks"'), RatioPartUnknown, "denominator"),
        (CTR.replace('style = "percent"', 'style = "yuan"'), StyleContradictsUnits, "style"),
        (CTR.replace('id = "ctr"', 'id = "click_rate"'), DefinitionMisnamed, "id ="),
        (CTR[: CTR.index("[ratio]")], MetricNeedsOneFormula, "id ="),
        (CTR.replace("version = 1", 'version = 1\nsupersedes = "ctr.v0"'), LineageBroken, "supersedes"),
    ],
)
def test_a_definition_that_cannot_hold_is_refused_with_its_line(
    tmp_path: Path, changed: str, error: type[TomlRefused], line_has: str
) -> None:
    with pytest.raises(error) as caught:
        registry_of(tmp_path, metrics__ctr_v1=changed, metrics__clicks_v1=CLICKS, metrics__impressions_v1=IMPRESSIONS)
    file, _, line = str(caught.value.params["place"]).rpartition(":")
    assert file == "metrics/ctr.v1.toml"
    assert line_has in changed.splitlines()[int(line) - 1]
    for lang in ("zh", "en"):
        assert file in caught.value.message(lang)


def test_distinct_counts_are_not_summed(tmp_path: Path) -> None:
    with pytest.raises(RollupContradictsAggregate, match="metrics/visit_uv"):
        registry_of(tmp_path, metrics__visit_uv_v1=shipped("visit_uv.v1.toml").replace('"recount"', '"sum"'))


def test_the_default_window_is_one_of_the_windows(tmp_path: Path) -> None:
    text = shipped("last_click.v1.toml").replace('default_window = "15d"', 'default_window = "14d"')
    with pytest.raises(WindowNotOffered, match="14d"):
        registry_of(tmp_path, attribution__last_click_v1=text)


@pytest.mark.parametrize(
    ("file", "was", "claimed"),
    [
        ("last_click.v1.toml", "late_days = 120", "late_days = 30"),
        ("last_click.v1.toml", 'tie = "higher_event_id_in_second"', 'tie = "order_then_key"'),
    ],
)
def test_an_attribution_may_not_claim_what_nothing_applies(tmp_path: Path, file: str, was: str, claimed: str) -> None:
    text = shipped(file)
    assert was in text
    with pytest.raises(NotApplied, match=claimed.split(" ", maxsplit=1)[0]):
        registry_of(tmp_path, attribution__last_click_v1=text.replace(was, claimed))


@pytest.mark.parametrize(
    ("was", "claimed"), [("late_days = 120", "late_days = 30"), ("valid_only = true", "valid_only = false")]
)
def test_a_metric_may_not_claim_what_nothing_applies(tmp_path: Path, was: str, claimed: str) -> None:
    assert was in CLICKS
    with pytest.raises(NotApplied, match=claimed.split(" ", maxsplit=1)[0]):
        registry_of(tmp_path, metrics__clicks_v1=CLICKS.replace(was, claimed))


def test_a_gap_or_a_step_back_in_the_lineage_is_refused(tmp_path: Path) -> None:
    second = CLICKS.replace("version = 1", 'version = 2\nsupersedes = "clicks.v1"')
    with pytest.raises(LineageBroken, match="later day"):
        registry_of(tmp_path, metrics__clicks_v1=CLICKS, metrics__clicks_v2=second)
    (tmp_path / "metrics" / "clicks.v1.toml").unlink()
    with pytest.raises(LineageBroken):
        load_registry(tmp_path)


def test_what_is_not_defined_is_not_found() -> None:
    registry = load_registry()
    with pytest.raises(DefinitionUnknown):
        registry.get("gmv")
    with pytest.raises(DefinitionUnknown, match=r"clicks\.v2"):
        registry.get("clicks", 2)
    with pytest.raises(DefinitionUnknown):
        registry.attribution("clicks")
    with pytest.raises(DefinitionUnknown):
        registry.metric("last_click")


def test_an_empty_folder_is_an_empty_registry(tmp_path: Path) -> None:
    assert load_registry(tmp_path).all() == ()


def test_lines_are_found_in_tables_and_at_the_top() -> None:
    text = '# one\nid = "x"\n\n[a.b] # here\n"c" = 1\n[ d ]\ne.f = 2\n'
    assert line_of(text, ("id",)) == 2
    assert line_of(text, ("a", "b", "c")) == 5
    assert line_of(text, ("d", "e", "f")) == 7
    assert line_of(text, ("a", "b", "missing")) == 4
    assert line_of(text, ("nowhere",)) == 1
