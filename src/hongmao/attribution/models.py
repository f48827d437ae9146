"""The credit models that are known, and how one is named: `position:40-20-40`, `decay:168h`, `markov:2`.

A rule model gives every touch inside the window a whole-number weight; the touch's credit is its weight over their sum.
An estimated model looks at all journeys together (`attribution/paths`). Both serve the platform's events and anybody's
files, so a name has one meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hongmao.attribution.errors import ModelUnknown, ParameterRefused
from hongmao.attribution.expression import check as check_expression
from hongmao.kernel.errors import BadInput
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDIT_MILLIONTHS = 1_000_000
"""One whole conversion."""
PICOS = 1_000_000_000_000
"""One whole conversion in the unit in which totals are added up before they are rounded once."""

Family = Literal["rule", "estimated"]
Parameter = int | str
SHAPLEY_GAMES = ("closed", "rate", "ordered", "sampled")
MARKOV_ORDERS = (1, 2, 3, 4)
_POSITION = re.compile(r"(\d{1,4})-(\d{1,4})-(\d{1,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """归因模型: a way to share conversions among the touches that came before them."""

    name: str
    family: Family
    won: str
    """Reason code of a touch that this model credits."""
    lost: str
    """Reason code of a touch inside the window that it passes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A model with its parameters filled in; two specs are equal exactly where they give the same credit.

    `parameters` by model: position `first`, `middle`, `last` (any whole weights); decay `half_life_ms`; custom `weight`
    (an expression); markov `order`; shapley `game`; all others none.
    """

    name: str
    parameters: tuple[tuple[str, Parameter], ...] = ()

    @property
    def model(self) -> Model:
        """Give the registered model."""
        return model_named(self.name)

    def whole(self, parameter: str) -> int:
        """Read a whole-number parameter."""
        value = dict(self.parameters)[parameter]
        if not isinstance(value, int):
            raise TypeError(parameter)
        return value

    def text(self, parameter: str) -> str:
        """Read a parameter that is text."""
        return str(dict(self.parameters)[parameter])


MODELS = {
    model.name: model
    for model in (
        Model(name="last", family="rule", won="last_in_window", lost="later_touch_won"),
        Model(name="first", family="rule", won="first_in_window", lost="earlier_touch_won"),
        Model(name="last_non_organic", family="rule", won="last_paid_in_window", lost="later_paid_touch_won"),
        Model(name="linear", family="rule", won="shared_evenly", lost="rounded_to_nothing"),
        Model(name="position", family="rule", won="shared_by_position", lost="position_without_weight"),
        Model(name="decay", family="rule", won="shared_by_age", lost="rounded_to_nothing"),
        Model(name="custom", family="rule", won="shared_by_expression", lost="expression_gave_nothing"),
        Model(name="markov", family="estimated", won="shared_by_removal", lost="removal_changes_nothing"),
        Model(name="shapley", family="estimated", won="shared_by_coalitions", lost="adds_nothing"),
        Model(name="data_driven", family="estimated", won="shared_by_response", lost="adds_nothing"),
    )
}
RULES = tuple(name for name, model in MODELS.items() if model.family == "rule")


def model_named(name: str) -> Model:
    """Find a registered model; raises `ModelUnknown` with the names there are."""
    try:
        return MODELS[name]
    except KeyError:
        raise ModelUnknown(name=name, known=", ".join(MODELS)) from None


def spec_named(text: str) -> ModelSpec:
    """Read a model as people write it on a command line: its name, and after a colon its parameters.

    Raises `ModelUnknown` or `ParameterRefused`.

    >>> spec_named("decay:7d").parameters
    (('half_life_ms', 604800000),)
    """
    name, _, given = text.strip().partition(":")
    name = name.strip().replace("-", "_")
    model_named(name)
    return ModelSpec(name=name, parameters=tuple(_read(name, given.strip()).items()))


def spec_of(model: str, parameters: Mapping[str, Parameter]) -> ModelSpec:
    """Read a model as a definition file writes it: `model = "position"`, `parameters = { shape = "40-20-40" }`.

    The file's keys are `shape` (position), `half_life` (decay), `weight` (custom), `order` (markov) and `game` (shapley).
    """
    key = _FILE_KEYS.get(model)
    model_named(model)
    for name in parameters:
        if name != key:
            raise ParameterRefused(
                model=model, given=f"{name} = {parameters[name]}", expected=_EXPECTED.get(model, "—")
            )
    given = str(parameters[key]) if key is not None and key in parameters else ""
    return ModelSpec(name=model, parameters=tuple(_read(model, given).items()))


def file_parameters(model: str, given: str) -> dict[str, Parameter]:
    """Write parameters of the command line as a definition file would hold them."""
    key = _FILE_KEYS[model]
    return {key: int(given) if key == "order" else given}


_FILE_KEYS = {"position": "shape", "decay": "half_life", "custom": "weight", "markov": "order", "shapley": "game"}
_EXPECTED = {
    "position": "FIRST-MIDDLE-LAST, 40-20-40",
    "decay": "168h, 7d",
    "custom": "1 / (1 + age_hours)",
    "markov": "1, 2, 3, 4",
    "shapley": ", ".join(SHAPLEY_GAMES),
}


def _read(name: str, given: str) -> dict[str, Parameter]:
    match name:
        case "position":
            return _position(given or "40-20-40")
        case "decay":
            return {"half_life_ms": _half_life(given or "168h")}
        case "custom":
            return {"weight": check_expression(given)}
        case "markov":
            return {"order": int(_one_of(name, given or "1", tuple(map(str, MARKOV_ORDERS))))}
        case "shapley":
            return {"game": _one_of(name, given or "closed", SHAPLEY_GAMES)}
        case _ if given:
            raise ParameterRefused(model=name, given=given, expected="—")
        case _:
            return {}


def _position(given: str) -> dict[str, Parameter]:
    found = _POSITION.fullmatch(given)
    if found is None or int(found[1]) + int(found[3]) == 0:
        raise ParameterRefused(model="position", given=given, expected=_EXPECTED["position"])
    return {"first": int(found[1]), "middle": int(found[2]), "last": int(found[3])}


def _half_life(given: str) -> int:
    try:
        return span_ms(given)
    except BadInput:
        raise ParameterRefused(model="decay", given=given, expected=_EXPECTED["decay"]) from None


def _one_of(model: str, given: str, offered: tuple[str, ...]) -> str:
    if given not in offered:
        raise ParameterRefused(model=model, given=given, expected=", ".join(offered))
    return given
