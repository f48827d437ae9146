"""Hongmao (红猫): from a note that makes a reader want a thing to the order in an outside shop, accounted step by step.

`hongmao.attribute` and `hongmao.paths` are the same acts as the commands of those names, over files or Arrow tables.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hongmao.bootstrap.python import attribute, paths

__all__ = ["attribute", "paths"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: importing `hongmao` costs nothing."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("hongmao.bootstrap.python"), name)
