"""Files as people send them, and one run over them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.attribution.api import ColumnMap, Job, Result, attribute_files
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.files.engine import DuckDbFiles

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.attribution.files.contracts import Quarantined

REGISTRY = load_registry()
# Shapes that the tests change in one place; `last_touch` is not assumed.
PLAIN: dict[str, Any] = {
    "touches": {"reader": "reader", "time": "time", "key": "key"},
    "conversions": {"reader": "reader", "time": "time"},
    "time": {"unit": "s", "kind": "epoch"},
}


def column_map(**changed: dict[str, Any]) -> ColumnMap:
    """Make a map from `PLAIN` with entries added or replaced per part."""
    return msgspec.convert(
        {part: {**PLAIN.get(part, {}), **changed.get(part, {})} for part in {*PLAIN, *changed}}, ColumnMap
    )


def run(touches: Path, conversions: Path, chart: ColumnMap, **asked: Any) -> tuple[Result, list[Quarantined]]:
    """Attribute, and give the quarantine beside the result."""
    job = Job(touches=touches, conversions=conversions, column_map=chart, **asked)
    with closing(DuckDbFiles()) as engine:
        result = attribute_files(job, engine, REGISTRY, progress=lambda *_: None)
        return result, list(engine.quarantined())


def credit(result: Result, label: str = "last") -> dict[str | None, int]:
    """Read one rule's whole conversions by key."""
    assert all(share.credit_millionths % 1_000_000 == 0 for share in result.shares[label])
    return {share.key: share.credit_millionths // 1_000_000 for share in result.shares[label]}
