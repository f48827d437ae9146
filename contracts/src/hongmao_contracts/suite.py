"""The adapter suite: every check that a platform's declarations ask for, to be run by the command or by pytest.

@pytest.mark.parametrize(("name", "check"), checks_of(PLATFORM))
def test_it_keeps_its_contract(name, check):
    check()
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from hongmao_contracts.checks import files, grants, identity, links, pulls, renewals, signing, targets, told, webhook
from hongmao_contracts.errors import PlatformNotThere
from hongmao_contracts.finding import Found, registered
from hongmao_contracts.promises import Broken, Check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.platforms.api import Platform

PARTS = (identity, signing, webhook, pulls, links, grants, renewals, told, files, targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one check ended. `why` says how the promise is broken."""

    name: str
    promise: str
    ok: bool
    why: str = ""


def checks_of(platform: Platform | Found, *, module: str | None = None) -> list[tuple[str, Check]]:
    """List the checks of a platform as (name, check); a check is run by calling it.

    `module` is where the platform is defined, beside its samples; a registered one is found by itself.
    """
    found = platform if isinstance(platform, Found) else _found(platform, module)
    return [(check.name, check) for check in chain.from_iterable(part.of(found) for part in PARTS)]


def run(checks: Iterable[tuple[str, Check]]) -> list[Result]:
    """Run checks one by one; an error of the adapter's own breaks the promise in whose check it comes up."""
    return [_result(check) for _, check in checks]


def _result(check: Check) -> Result:
    try:
        check()
    except Broken as why:
        return Result(name=check.name, promise=check.promise, ok=False, why=str(why))
    except Exception as error:  # noqa: BLE001 - whatever escapes an adapter is a broken promise, not a broken kit
        return Result(name=check.name, promise=check.promise, ok=False, why=f"{type(error).__name__}: {error}")
    return Result(name=check.name, promise=check.promise, ok=True)


def _found(platform: Platform, module: str | None) -> Found:
    if module is not None:
        return Found(platform=platform, module=module)
    known = registered()
    if platform.name not in known:
        raise PlatformNotThere(id=platform.name, known=", ".join(known) or "-")
    return known[platform.name]
