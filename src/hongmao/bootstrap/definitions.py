"""What a deployment's definitions may speak of. Light, for commands that only read definitions."""

from __future__ import annotations

from hongmao.attribution.models import MODELS, spec_of
from hongmao.definitions.api import Known
from hongmao.events.contracts import Kind
from hongmao.insight.gather import CREDIT_BY

CREDITED_BY = (CREDIT_BY,)
"""The attributions whose credit figures show."""


def known() -> Known:
    """Name the kinds of events and the models that a definition may speak of."""
    return Known(kinds=frozenset(str(kind) for kind in Kind), models=frozenset(MODELS), check_model=spec_of)
