"""Contexts are entered by their doors: `api` and `contracts`. What stands above them knows nothing of what is behind.

import-linter checks the storeys; this reads the imports themselves, because the rule holds for every context that comes.
"""

from __future__ import annotations

import pytest

from house.reading import SOURCE, dotted, imports, modules

DOORS = {"api", "contracts"}
OUTSIDE = ("web", "jobs", "cli", "insight")
# No contexts: what everybody stands on, what wires, and what stands above.
NOT_CONTEXTS = {
    "asgi",
    "bootstrap",
    "bus",
    "chaos",
    "cli",
    "engines",
    "jobs",
    "kernel",
    "platforms",
    "storage",
    "telemetry",
    "web",
    "world",
}
CONTEXTS = {path.name for path in (SOURCE / "hongmao").iterdir() if path.is_dir()} - NOT_CONTEXTS - {"__pycache__"}


def behind_a_door(importer: str, imported: str) -> bool:
    """Tell whether an import reaches past `api` and `contracts` into a context that is not the importer's own."""
    match imported.split("."):
        case ["hongmao", context, *rest] if context in CONTEXTS and importer.split(".")[1] != context:
            # Rules may ask rules: both are pure, and through `api` a rule would drag a service behind it.
            doors = DOORS | {"rules"} if importer.endswith(".rules") else DOORS
            return not rest or rest[0] not in doors
    return False


@pytest.mark.parametrize("outside", OUTSIDE)
def test_contexts_are_entered_by_api_and_contracts_only(outside: str) -> None:
    reaching = [
        f"{dotted(path)}:{line} imports {name}"
        for path in modules()
        if dotted(path).startswith(f"hongmao.{outside}")
        for line, name in imports(path)
        if behind_a_door(dotted(path), name)
    ]
    assert reaching == []


def test_one_context_reaches_another_by_its_doors() -> None:
    reaching = [
        f"{dotted(path)}:{line} imports {name}"
        for path in modules()
        if dotted(path).split(".")[1:2] and dotted(path).split(".")[1] in CONTEXTS
        for line, name in imports(path)
        if behind_a_door(dotted(path), name)
    ]
    assert reaching == []


@pytest.mark.parametrize(
    ("imported", "refused"),
    [
        ("hongmao.events.api.EventLog", False),
        ("hongmao.events.contracts.Kind", False),
        ("hongmao.events.api", False),
        ("hongmao.events.rules.check", True),
        ("hongmao.events.service", True),
        ("hongmao.events", True),
        ("hongmao.kernel.money.Money", False),
        ("sqlalchemy.Engine", False),
    ],
)
def test_a_door_is_a_door(imported: str, refused: bool) -> None:  # noqa: FBT001 - a row of the table
    assert behind_a_door("hongmao.web.pages.note", imported) is refused


def test_rules_may_ask_rules() -> None:
    assert not behind_a_door("hongmao.returns.rules", "hongmao.events.rules.check")
    assert behind_a_door("hongmao.returns.service", "hongmao.events.rules.check")
