"""What a check is made of: a name, a promise in one sentence, and something to run that raises `Broken`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

from hongmao.kernel.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Case = TypeVar("Case")

FAULTS_SHOWN = 8


class Broken(AssertionError):
    """A promise is not kept; the text says where and how."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the suite, run by calling it: raises `Broken` where the promise is not kept."""

    name: str
    run: Callable[[], None]
    promise: str = ""

    def __call__(self) -> None:
        """Run the check."""
        self.run()


def broken(why: str) -> NoReturn:
    """Say how a promise is broken."""
    raise Broken(why)


def demand(kept: object, why: str) -> None:
    """Hold a promise, or say how it is broken."""
    if not kept:
        broken(why)


def demand_none(faults: list[str], *, of: int | None = None) -> None:
    """Hold a promise that many cases make together; `of` is how many there were, and none at all breaks it too."""
    if of == 0:
        broken("the sample gives nothing to try this with")
    if faults:
        more = len(faults) - FAULTS_SHOWN
        shown = faults[:FAULTS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        broken("\n".join(shown))


def listed(prefix: str, checks: Iterable[Callable[[Case], None]], load: Callable[[], Case]) -> Iterator[Check]:
    """Make a check of each function: its name is the check's, the first sentence of its docstring the promise.

    `load` reads the sample that they are about. Where it is missing or misshapen, that is the one thing to be told.
    """
    promise = "The sample that it is tried with is there and of its shape."
    try:
        case = load()
    except (Broken, BadInput) as why:
        yield Check(f"{prefix}.has_its_sample", partial(broken, str(why)), promise)
        return
    yield Check(f"{prefix}.has_its_sample", lambda: None, promise)
    for check in checks:
        first = (check.__doc__ or "").strip().partition("\n")[0]
        yield Check(f"{prefix}.{check.__name__}", partial(check, case), first)
