"""What others may ask of the definitions: find one, see what is in force, decide on a change, write a value in its style."""

from __future__ import annotations

from hongmao.definitions.acts import Act, ActKind, Sort, standing
from hongmao.definitions.columns import Column, column
from hongmao.definitions.compare import DefinitionChange, FieldChange, changed_fields, parts_of
from hongmao.definitions.contracts import AnyDefinition, AttributionDefinition, Definition, MetricDefinition
from hongmao.definitions.errors import DefinitionRefused, DefinitionsMovedOn, DefinitionUnknown, TomlRefused
from hongmao.definitions.known import Known
from hongmao.definitions.live import LiveRegistry
from hongmao.definitions.loader import load_registry
from hongmao.definitions.registry import Registry
from hongmao.definitions.service import DefinitionDesk
from hongmao.definitions.sources import Source, read_draft
from hongmao.definitions.states import State, VersionRecord, state_of
from hongmao.definitions.steps import (
    AddVersion,
    Done,
    DropCredits,
    KeepReport,
    MoveFigure,
    Outlook,
    Plan,
    Reading,
    RecomputeCredits,
    Restore,
    Step,
    Supersede,
    Withdraw,
)
from hongmao.definitions.store import DefinitionStore, Foresight
from hongmao.definitions.style import UNKNOWN, render_value
from hongmao.definitions.toml import read as read_toml

__all__ = [
    "UNKNOWN",
    "Act",
    "ActKind",
    "AddVersion",
    "AnyDefinition",
    "AttributionDefinition",
    "Column",
    "Definition",
    "DefinitionChange",
    "DefinitionDesk",
    "DefinitionRefused",
    "DefinitionStore",
    "DefinitionUnknown",
    "DefinitionsMovedOn",
    "Done",
    "DropCredits",
    "FieldChange",
    "Foresight",
    "KeepReport",
    "Known",
    "LiveRegistry",
    "MetricDefinition",
    "MoveFigure",
    "Outlook",
    "Plan",
    "Reading",
    "RecomputeCredits",
    "Registry",
    "Restore",
    "Sort",
    "Source",
    "State",
    "Step",
    "Supersede",
    "TomlRefused",
    "VersionRecord",
    "Withdraw",
    "changed_fields",
    "column",
    "load_registry",
    "parts_of",
    "read_draft",
    "read_toml",
    "render_value",
    "standing",
    "state_of",
]
