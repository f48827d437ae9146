"""One definition's question to the queries of `attribution/sql`: its text, and the parameters that this text names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hongmao.attribution import queries
from hongmao.attribution.models import model_named
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.definitions.contracts import AttributionDefinition

_PARAMETER = re.compile(r"\$(\w+)")
STEPS = ("latest", "deposits", "conversions", "named", "touches", "matched", "candidates", "inside")


class Asking:
    """Its SQL, and the parameters that this text names, since DuckDB refuses any other."""

    def __init__(
        self,
        definition: AttributionDefinition,
        steps: Sequence[str],
        final: str,
        *,
        order_id: str | None,
        suffix: str = "",
    ) -> None:
        """Chain the steps and end with `final`; `suffix` keeps the parameters of several questions in one query apart."""
        files = {step: f"platform/{step}" for step in steps}
        if "credited" in steps:
            files["credited"] = f"models/{model_named(definition.model).name}"
        sql = queries.chain({"windows": "windows", **files}, queries.text(final))
        sql = sql.replace("{touch_kinds}", queries.literals(definition.touches))
        sql = sql.replace("{conversion_kinds}", queries.literals(definition.conversions))
        given = _parameters(definition) | {"order_id": order_id}
        self.parameters = {f"{name}{suffix}": value for name, value in given.items() if f"${name}" in sql}
        self.sql = _PARAMETER.sub(rf"$\1{suffix}", sql)


def _parameters(definition: AttributionDefinition) -> dict[str, object]:
    return {
        "definition_id": definition.id,
        "definition_version": definition.version,
        "fingerprint": definition.fingerprint,
        "model": definition.model,
        "window_labels": list(definition.windows),
        "window_ms": [span_ms(window) for window in definition.windows],
        "window_ranks": list(range(len(definition.windows))),
        "valid_touches_only": definition.valid_touches_only,
        "anchor_at_deposit": definition.presale == "deposit_time",
        "with_refunds": definition.refunds == "inherit_touch",
    }
