"""How a target wants an identifier written before it is hashed: what each rule changes, and what it therefore ignores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Normaliser:
    """`apply` writes a value in the one form; `alike` gives other spellings that must come to the same."""

    apply: Callable[[str], str]
    alike: Callable[[str], tuple[str, ...]]


def _spaced(text: str) -> str:
    """Write digits as people do, in groups."""
    return f"{text[:4]} ({text[4:7]}) {text[7:9]}-{text[9:]}"


NORMALISERS: Final = {
    "trim+lower": Normaliser(
        lambda value: value.strip().lower(), lambda value: (value.upper(), value.swapcase(), f" {value}\t\n")
    ),
    "digits, no '+', no leading zeros": Normaliser(
        lambda value: re.sub(r"[^0-9]", "", value).lstrip("0"),
        lambda value: (f"+{value}", f"00{value}", _spaced(value), f" {value} "),
    ),
    # The plus is part of the form: a number without it is another text, and whose country it is nobody knows.
    "E.164 WITH '+'": Normaliser(
        lambda value: re.sub(r"[ ().\t-]", "", value), lambda value: (_spaced(value), f" {value} ")
    ),
    "raw": Normaliser(lambda value: value, lambda _: ()),
}
"""By the phrase that stands for each in an alg."""
