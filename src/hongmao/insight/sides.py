"""What two sides of a comparison are: a version of a definition, or the reported one with another model in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hongmao.attribution.api import RULES, file_parameters, model_named, spec_named
from hongmao.definitions.api import AttributionDefinition, DefinitionUnknown
from hongmao.insight.contracts import DefinitionRef, Words
from hongmao.insight.errors import ChoiceUnknown, NoOrderOfItsOwn, SidesNotComparable
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.vocabulary import reference

if TYPE_CHECKING:
    from datetime import date

    from hongmao.definitions.api import Registry

_KEY = re.compile(r"(?P<id>[a-z][a-z0-9_]*)\.v(?P<version>\d{1,4})")
_CHARS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """A side as it was found: the definition to judge by, and what people call it."""

    definition: AttributionDefinition
    reference: DefinitionRef
    model: str


def read_side(text: str, registry: Registry, on: date) -> Asked:
    """Read a side as people write it: `last_click.v1`, `last_click` (in force on a day), or a model such as `decay:72h`.

    Raises `DefinitionUnknown` for a version that is not there, `ModelUnknown` or `ParameterRefused` for what is neither,
    and `NoOrderOfItsOwn` for a model that credits no single order.
    """
    name = text.strip()
    if found := _KEY.fullmatch(name):
        return _of_definition(registry.attribution(found["id"], int(found["version"])))
    try:
        one = registry.on(name, on)
    except DefinitionUnknown:
        return _of_model(name, registry, on)
    # Definitions for anybody's files go by the names of their models.
    if isinstance(one, AttributionDefinition) and one.scope == "platform":
        return _of_definition(one)
    return _of_model(name, registry, on)


def common_window(before: AttributionDefinition, after: AttributionDefinition, window: str | None) -> str:
    """Choose the window to compare over: the one asked for, or what the first shows by default, if both have it."""
    both = [one for one in before.windows if one in after.windows]
    asked = window or before.default_window or next(iter(both), "—")
    if window is not None and window not in (*before.windows, *after.windows):
        offered = ", ".join(dict.fromkeys((*before.windows, *after.windows)))
        raise ChoiceUnknown(place="window", got=window[:_CHARS_SHOWN], offered=offered)
    if asked not in both:
        offered = ", ".join(both) or "—"
        raise SidesNotComparable(before=before.key, after=after.key, window=asked, offered=offered)
    return asked


def _of_definition(one: AttributionDefinition) -> Asked:
    if model_named(one.model).family != "rule":
        raise NoOrderOfItsOwn(model=one.model, offered=", ".join(RULES))
    return Asked(one, reference(one), one.model)


def _of_model(text: str, registry: Registry, on: date) -> Asked:
    """Put a model into the definition that reports credit by, and leave all else as it is."""
    spec = spec_named(text)
    if spec.model.family != "rule":
        raise NoOrderOfItsOwn(model=text, offered=", ".join(RULES))
    base = registry.on(CREDIT_BY, on)
    if not isinstance(base, AttributionDefinition):
        raise DefinitionUnknown(id=CREDIT_BY)
    _, _, given = text.partition(":")
    parameters = file_parameters(spec.name, given.strip()) if given.strip() else {}
    one = msgspec.structs.replace(base, model=spec.name, parameters=parameters)
    named = DefinitionRef(
        id=text,
        version=str(base.version),
        fingerprint=one.fingerprint,
        name=Words(zh=f"{base.name.zh}口径，模型换成 {text}", en=f"{base.name.en} with the model {text}"),
        counted=Words(zh=f"与 {base.key} 相同，只换模型", en=f"As {base.key}, with another model"),
    )
    return Asked(one, named, text)
