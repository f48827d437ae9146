"""What others may ask of the definitions: load them, find one, see what is in force, write a value in its style."""

from __future__ import annotations

from hongmao.definitions.contracts import AnyDefinition, AttributionDefinition, Definition, MetricDefinition
from hongmao.definitions.errors import DefinitionRefused, DefinitionUnknown, TomlRefused
from hongmao.definitions.loader import load_registry
from hongmao.definitions.registry import Registry
from hongmao.definitions.style import UNKNOWN, render_value
from hongmao.definitions.toml import read as read_toml

__all__ = [
    "UNKNOWN",
    "AnyDefinition",
    "AttributionDefinition",
    "Definition",
    "DefinitionRefused",
    "DefinitionUnknown",
    "MetricDefinition",
    "Registry",
    "TomlRefused",
    "load_registry",
    "read_toml",
    "render_value",
]
