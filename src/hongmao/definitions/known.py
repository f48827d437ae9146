"""What definitions may speak of: kinds of events and models. Both live on other floors, so whoever wires hands them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.definitions.contracts import AttributionDefinition
from hongmao.definitions.errors import KindNotKnown, ModelNotUsable
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hongmao.definitions.contracts import AnyDefinition
    from hongmao.definitions.formulas import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The words that mean something elsewhere."""

    kinds: frozenset[str]
    """Kinds of events."""
    models: frozenset[str]
    """Registered models."""
    check_model: Callable[[str, Mapping[str, int | str]], object]
    """Raises where a model is not registered or does not take these parameters."""


def check_known(definitions: Sequence[AnyDefinition], known: Known, place: Place) -> None:
    """Refuse a definition that speaks of something unknown, with its line."""
    for one in definitions:
        for path, kind in _kinds(one):
            if kind not in known.kinds:
                raise KindNotKnown(place=place(one, path), kind=kind)
        if isinstance(one, AttributionDefinition):
            _check_model(one, known, place)


def _kinds(one: AnyDefinition) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(one, AttributionDefinition):
        yield from ((("touches",), kind) for kind in one.touches)
        yield from ((("conversions",), kind) for kind in one.conversions)
    elif one.measure is not None and one.measure.source == "events":
        yield from ((("measure", "kinds"), kind) for kind in one.measure.kinds)


def _check_model(one: AttributionDefinition, known: Known, place: Place) -> None:
    try:
        known.check_model(one.model, one.parameters)
    except HongmaoError as fault:
        # A model that is not there is the model's line; anything else is what it was given, or not given.
        parameters = ("parameters", *tuple(one.parameters)[:1]) if one.parameters else ("model",)
        path = parameters if one.model in known.models else ("model",)
        raise ModelNotUsable(place=place(one, path), why_zh=fault.message("zh"), why_en=fault.message("en")) from None
