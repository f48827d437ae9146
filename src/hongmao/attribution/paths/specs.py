"""How a model of paths is named: as everywhere (`attribution.models`), and three that only paths have.

`decay:position:3` lets positions stand for the times that paths do not have; `data_driven:boosting` asks for boosted trees
in place of a logistic regression; `leave_one_out` goes by its own name, never by Shapley's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hongmao.attribution.models import ModelSpec, spec_named
from hongmao.attribution.paths.errors import NotShapley, PathParameterRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAVE_ONE_OUT = "leave_one_out"
LEARNERS = ("logistic", "boosting")
HALF_LIFE_TOUCHES_MAX = 1_000
_BY_POSITION = re.compile(r"position:(\d{1,4})")
_NO_SHAPLEY = frozenset({"leave_one_out", "loo", "removal", "fractribution"})


def path_spec_named(text: str) -> ModelSpec:
    """Read a model's name as people write it.

    Raises `ModelUnknown`, `ParameterRefused`, `PathParameterRefused` or `NotShapley`.

    >>> path_spec_named("decay:position:3").parameters
    (('half_life_touches', 3),)
    """
    name, _, given = text.strip().partition(":")
    name, given = name.strip().replace("-", "_"), given.strip()
    if name == LEAVE_ONE_OUT:
        return _without(given, ModelSpec(name=LEAVE_ONE_OUT))
    if name == "shapley" and given.replace("-", "_") in _NO_SHAPLEY:
        raise NotShapley(given=text.strip())
    if name == "decay" and given.startswith("position"):
        return ModelSpec(name=name, parameters=(("half_life_touches", _half_life_touches(given)),))
    if name == "data_driven":
        return ModelSpec(name=name, parameters=(("learner", _learner(given or "logistic")),))
    return spec_named(text)


def spelled(spec: ModelSpec) -> str:
    """Write a model in its one spelling, its parameters filled in."""
    given: Mapping[str, object] = dict(spec.parameters)
    match spec.name:
        case "position":
            return f"position:{given['first']}-{given['middle']}-{given['last']}"
        case "decay" if "half_life_touches" in given:
            return f"decay:position:{given['half_life_touches']}"
        case "decay":
            return f"decay:{given['half_life_ms']}ms"
        case name:
            return ":".join([name, *map(str, given.values())])


def _without(given: str, spec: ModelSpec) -> ModelSpec:
    if given:
        raise PathParameterRefused(model=spec.name, given=given, expected="—")
    return spec


def _half_life_touches(given: str) -> int:
    found = _BY_POSITION.fullmatch(given)
    touches = int(found[1]) if found else 0
    if not 1 <= touches <= HALF_LIFE_TOUCHES_MAX:
        expected = f"position:1 .. position:{HALF_LIFE_TOUCHES_MAX}"
        raise PathParameterRefused(model="decay", given=given, expected=expected)
    return touches


def _learner(given: str) -> str:
    if given not in LEARNERS:
        raise PathParameterRefused(model="data_driven", given=given, expected=", ".join(LEARNERS))
    return given
