"""The credit rules that are known. A rule is a name and a query over `inside`; registering one is all it takes.

Every query gets `inside` (conversion, window_label, touch, touch_order, tie) and answers `credited` (conversion,
window_label, touch, credit_millionths), in whole millionths that add up to 1,000,000 for each conversion and window. The
platform's credits and anybody's files go through the same query, so a rule has one meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from hongmao.attribution.errors import ModelUnknown

CREDIT_MILLIONTHS = 1_000_000
"""One whole conversion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """归因模型: a rule that shares one conversion among the touches inside its window."""

    name: str
    query: str
    """The file below `sql/`, without its ending."""
    won: str
    """Reason code of a touch that this rule credits."""
    lost: str
    """Reason code of a touch inside the window that it passes over."""


MODELS = {
    model.name: model
    for model in (
        Model(name="last", query="models/last", won="last_in_window", lost="later_touch_won"),
        Model(name="first", query="models/first", won="first_in_window", lost="earlier_touch_won"),
    )
}


def model_named(name: str) -> Model:
    """Find a registered rule; raises `ModelUnknown` with the names there are."""
    try:
        return MODELS[name]
    except KeyError:
        raise ModelUnknown(name=name, known=", ".join(MODELS)) from None
