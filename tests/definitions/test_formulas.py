"""A formula that cannot hold, or that nothing would apply, is refused with its line; what was in force keeps its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hongmao.definitions.api import TomlRefused, load_registry
from hongmao.definitions.errors import (
    DistinctOverKinds,
    MetricNeedsOneFormula,
    NotApplied,
    PartTwice,
    RatioOfRatios,
    RatioPartUnknown,
    RollupContradictsAggregate,
    SampleAddedUp,
    StyleContradictsUnits,
    TomlFieldUnknown,
    TotalOfTotals,
)

SHIPPED = Path(__file__).parents[2] / "src" / "hongmao" / "definitions" / "files" / "metrics"
# Fingerprints under which reports of the first release were printed.
FIRST_RELEASE = {
    "cart_uv": "95a592ccd4d158ce", "clicks": "f322bdde3f6c6cd6", "cpm": "6ab869048d635ddb", "cpuv": "be6ac8fb31cb47f3",
    "gmv_gross": "ef0c9b2dd87a8a0e", "gmv_net": "c3b58d79e90212a9", "new_visitors": "a5aa78c53383209b",
    "purchase_uv": "601620a2e2272b19", "purchases": "7ac55a4944f8b6fc", "read_uv": "d1dcd541430566f6",
    "refund_amount": "e0aec398373b5d28", "roi_net": "b13972ee65c99b2b", "spend": "f114a8669e75aaec",
    "visit_uv": "2bd3cd83bfa96bc9",
}  # fmt: skip


def folder_with(root: Path, name: str, text: str) -> Path:
    """Lay a folder of definitions out: all that ship, one of them changed."""
    metrics = root / "metrics"
    metrics.mkdir()
    for path in SHIPPED.glob("*.toml"):
        (metrics / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (metrics / f"{name}.v1.toml").write_text(text, encoding="utf-8")
    return root


def text_of(name: str) -> str:
    return (SHIPPED / f"{name}.v1.toml").read_text(encoding="utf-8")


def test_a_later_release_renames_nothing_that_was_in_force() -> None:
    registry = load_registry()
    assert {name: registry.metric(name, 1).fingerprint for name in FIRST_RELEASE} == FIRST_RELEASE


REFUSED = [
    # Totals: measures of one unit, each once, more than one of them, none of them sampled.
    ("engagement", 'plus = ["likes", "collects"', 'plus = ["cpe", "collects"', TotalOfTotals, "plus"),
    ("engagement", 'plus = ["likes", "collects"', 'plus = ["shop_engagement", "collects"', TotalOfTotals, "plus"),
    ("engagement", 'plus = ["likes", "collects"', 'plus = ["luck", "collects"', RatioPartUnknown, "plus"),
    ("engagement", 'plus = ["likes", "collects"', 'plus = ["collects", "collects"', PartTwice, "plus"),
    ("engagement", 'plus = ["likes", "collects"', 'plus = ["gmv_gross", "collects"', StyleContradictsUnits, "style"),
    ("engagement", 'plus = ["likes", "collects"', 'plus = ["star_store_uv", "collects"', SampleAddedUp, "plus"),
    ("ud_gmv_net", 'minus = ["ud_refund"]', 'minus = ["ud_gmv"]', PartTwice, "minus"),
    ("ud_gmv_net", 'minus = ["ud_refund"]\n', "", NotApplied, "[total]"),
    ("ud_gmv_net", 'minus = ["ud_refund"]', 'less = ["ud_refund"]', TomlFieldUnknown, "less"),
    ("pae", "[ratio]", '[total]\nplus = ["likes", "shares"]\n\n[ratio]', MetricNeedsOneFormula, "id"),
    # Ratios: of measures and totals, never of ratios, and with one sampled side at most.
    ("engagement_rate", 'denominator = "reads"', 'denominator = "ctr"', RatioOfRatios, "denominator"),
    ("offsite_cvr", '"star_read_uv"', '"offsite_active_uv_30d"', SampleAddedUp, "denominator"),
    ("roi_full_cost", 'style = "multiple"', 'style = "percent"', StyleContradictsUnits, "style"),
    # Measures: what their way of finding rows cannot do.
    ("likes", 'within = "1h"\n', "", NotApplied, "[measure]"),
    ("likes", 'after = "click"\n', "", NotApplied, "[measure]"),
    ("likes", 'within = "1h"', 'within = "121d"', NotApplied, "within"),
    ("likes", 'assigned_by = "ad_click"', 'assigned_by = "event"', NotApplied, "clocks"),
    ("likes", 'clocks = ["billing", "event"]', "clocks = []", NotApplied, "clocks"),
    ("likes", 'unit = ["event_id"]', "unit = []", NotApplied, "unit"),
    ("likes", 'unit = ["event_id"]', 'unit = ["mood"]', NotApplied, "unit"),
    ("first_visit_uv", 'unit = ["reader", "shop", "day"]', 'unit = ["reader", "day"]', NotApplied, "look_back"),
    ("carts", 'aggregate = "count"', 'look_back = "365d"\naggregate = "count"', NotApplied, "look_back"),
    ("cart_uv", 'kinds = ["cart"]', 'kinds = ["cart", "favourite"]', DistinctOverKinds, "kinds"),
    ("new_visit_uv", "new_visitor = true", 'new_visitor = "yes"', NotApplied, "where"),
    ("new_visit_uv", "new_visitor = true", "rich = true", NotApplied, "where"),
    ("direct_gmv", 'field = "value_fen"', 'field = "commission_fen"', NotApplied, "field"),
    ("direct_gmv", 'field = "value_fen"\n', "", NotApplied, "[measure]"),
    ("direct_gmv", 'windows = ["24h", "7d", "15d", "30d"]', "windows = []", NotApplied, "windows"),
    ("carts", "windows = []", 'windows = ["7d"]', NotApplied, "windows"),
    ("ud_visits", "windows = []", 'windows = ["15d", "30d"]', NotApplied, "windows"),
    ("ud_visits", 'source = "reports"', 'source = "events"', NotApplied, "assigned_by"),
    ("ud_visits", 'rollup = "sum"', 'rollup = "recount"', RollupContradictsAggregate, "rollup"),
    ("carts", 'rollup = "sum"', 'sampled = true\nrollup = "sum"', NotApplied, "sampled"),
    ("visit_delay_s", 'rollup = "sum"', 'rollup = "latest"', NotApplied, "rollup"),
    ("days", 'kinds = ["day"]', 'kinds = ["week"]', NotApplied, "kinds"),
    ("spend_ud", 'where = { line = "ud" }', "where = { line = true }", NotApplied, "where"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "was", "claimed", "error", "line_has"), REFUSED)
def test_ATTR_6_a_formula_that_cannot_hold_is_refused_with_its_line(
    tmp_path: Path, name: str, was: str, claimed: str, error: type[TomlRefused], line_has: str
) -> None:
    text = text_of(name)
    assert was in text
    changed = text.replace(was, claimed)
    with pytest.raises(error) as caught:
        load_registry(folder_with(tmp_path, name, changed))
    file, _, line = str(caught.value.params["place"]).rpartition(":")
    assert file == f"metrics/{name}.v1.toml"
    assert line_has in changed.splitlines()[int(line) - 1]
    assert file in caught.value.message("zh")
